import { InvalidArgumentError, Option, type Command } from 'commander';
import type { KeyFilter, KeyForm, KeyTemplate, WrapMechanism } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { collectTemplate } from './attributes.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesFrom, bytesTo } from './files.ts';
import { oneKey, withFilter } from './find-keys.ts';
import { keyClasses, withKeyClass, formOf, type KeyClassOptions } from './key-class.ts';
import { withLogin } from './login.ts';
import { keyShape, reference } from './shapes.ts';

interface WrapOptions extends TargetOptions {
  readonly payloadFilter: KeyFilter;
  readonly wrappingFilter: KeyFilter;
  readonly hashFunction?: 'sha1' | 'sha256';
  readonly path?: string;
}

interface UnwrapOptions extends TargetOptions, KeyClassOptions {
  readonly filter: KeyFilter;
  readonly hashFunction?: 'sha1' | 'sha256';
  readonly iv?: Uint8Array;
  readonly data?: string;
  readonly dataPath?: string;
  readonly label: string;
  readonly session?: true;
  readonly attributes?: KeyTemplate;
}

/** Names of cloudhsm-cli. `aes-zero-pad` is key wrap with padding, RFC 5649. */
const wrapMethods = ['aes-gcm', 'aes-zero-pad', 'rsa-oaep', 'rsa-aes'] as const;
type WrapMethod = (typeof wrapMethods)[number];
const IV_BYTES = 12;

export function addWrapCommands(key: Command, context: HsmContext): void {
  const wrap = key
    .command('wrap')
    .description('export a key from the HSMs, wrapped under another key');
  const unwrap = key
    .command('unwrap')
    .description('import a key that was wrapped under a key of the HSMs');
  for (const method of wrapMethods) {
    withHash(wrap.command(method).description(`wrap with ${method}`), method);
    withFilter(withFilter(commandOf(wrap, method), 'payload-filter'), 'wrapping-filter')
      .option('--path <file>', 'file to write the wrapped key to, instead of base64 in the output')
      .addHelpText(
        'after',
        `\nExample:\n  keyhold hsm key wrap ${method} --payload-filter attr.label=my-key --wrapping-filter attr.label=kek`,
      )
      .action(act(context, wrapWith(method)));
    withHash(withFilter(unwrap.command(method).description(`unwrap with ${method}`)), method);
    withKeyClass(commandOf(unwrap, method), keyClasses.wrapped)
      .requiredOption('--label <label>', 'label of the new key')
      .option('--data <base64>', 'wrapped key')
      .option('--data-path <file>', 'file with the wrapped key')
      .option('--session', 'create a session key, which is deleted at the end of the login session')
      .option(
        '--attributes <attribute...>',
        'NAME=VALUE, attributes of the new key',
        collectTemplate,
      )
      .addHelpText(
        'after',
        `\nExample:\n  keyhold hsm key unwrap ${method} --filter attr.label=kek --key-type-class aes --label my-key --data-path wrapped${method === 'aes-gcm' ? ' --iv 0x…' : ''}`,
      )
      .action(act(context, unwrapWith(method)));
    if (method === 'aes-gcm')
      commandOf(unwrap, method).requiredOption(
        '--iv <hex>',
        'iv in the output of `key wrap aes-gcm`',
        parseIv,
      );
  }
}

function commandOf(parent: Command, method: WrapMethod): Command {
  return parent.commands.find((one) => one.name() === method) ?? parent;
}

function withHash(command: Command, method: WrapMethod): void {
  if (!method.startsWith('rsa')) return;
  command.addOption(
    new Option('--hash-function <name>', 'hash function of OAEP')
      .choices(['sha1', 'sha256'])
      .makeOptionMandatory(),
  );
}

function parseIv(text: string): Uint8Array {
  const [, digits] = /^0x([0-9a-f]{24})$/i.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('Must be 0x and 24 hex digits.');
  return Buffer.from(digits, 'hex');
}

function mechanismOf(method: WrapMethod, hash: 'sha1' | 'sha256' = 'sha256'): WrapMechanism {
  if (method === 'aes-gcm') return method;
  if (method === 'aes-zero-pad') return 'aes-kwp';
  return `${method}-${hash}`;
}

function wrapWith(method: WrapMethod) {
  return (
    context: HsmContext,
    { payloadFilter, wrappingFilter, hashFunction, path, ...target }: WrapOptions,
  ): Promise<object> =>
    withLogin(context, target, async (connection) => {
      const payload = await oneKey(connection, payloadFilter);
      const wrapping = await oneKey(connection, wrappingFilter);
      const mechanism = mechanismOf(method, hashFunction);
      const { wrapped } = await connection.call('wrapKey', {
        key: payload.handle,
        wrappingKey: wrapping.handle,
        mechanism,
      });
      // On the wire, the IV precedes the wrapped key. cloudhsm-cli shows them separately.
      const iv =
        method === 'aes-gcm'
          ? Buffer.from(wrapped.subarray(0, IV_BYTES)).toString('hex')
          : undefined;
      return {
        payload_key_reference: reference(payload.handle),
        wrapping_key_reference: reference(wrapping.handle),
        ...(iv !== undefined && { iv: `0x${iv}` }),
        ...bytesTo(
          'wrapped_key_data',
          iv === undefined ? wrapped : wrapped.subarray(IV_BYTES),
          path,
        ),
      };
    });
}

function unwrapWith(method: WrapMethod) {
  return (context: HsmContext, options: UnwrapOptions): Promise<object> => {
    const form: KeyForm = formOf(options);
    const { iv, data, dataPath, hashFunction, label, session, attributes } = options;
    const wrapped = Buffer.concat([iv ?? Buffer.alloc(0), bytesFrom('data', data, dataPath)]);
    return withLogin(context, options, async (connection) => {
      const { handle } = await oneKey(connection, options.filter);
      const template = { ...attributes, label, token: session !== true };
      const mechanism = mechanismOf(method, hashFunction);
      return {
        key: keyShape(
          await connection.call('unwrapKey', {
            wrappingKey: handle,
            wrapped,
            template,
            mechanism,
            form,
          }),
        ),
      };
    });
  };
}
