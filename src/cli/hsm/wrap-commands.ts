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

/** cloudhsm-cli's words; `aes-zero-pad` is RFC 5649, key wrap with padding. */
const wrapMethods = ['aes-gcm', 'aes-zero-pad', 'rsa-oaep', 'rsa-aes'] as const;
type WrapMethod = (typeof wrapMethods)[number];
const IV_BYTES = 12;

export function addWrapCommands(key: Command, context: HsmContext): void {
  const wrap = key.command('wrap').description('take a key out of the HSMs under another key');
  const unwrap = key
    .command('unwrap')
    .description('take in a key that was wrapped under a key of the HSMs');
  for (const way of wrapMethods) {
    withHash(wrap.command(way).description(`wrap with ${way}`), way);
    withFilter(withFilter(commandOf(wrap, way), 'payload-filter'), 'wrapping-filter')
      .option('--path <file>', 'write the wrapped key there, not in base64 into the answer')
      .addHelpText(
        'after',
        `\nExample:\n  keyhold hsm key wrap ${way} --payload-filter attr.label=my-key --wrapping-filter attr.label=kek`,
      )
      .action(act(context, wrapWith(way)));
    withHash(withFilter(unwrap.command(way).description(`unwrap with ${way}`)), way);
    withKeyClass(commandOf(unwrap, way), keyClasses.wrapped)
      .requiredOption('--label <label>', 'the label of the new key')
      .option('--data <base64>', 'the wrapped key')
      .option('--data-path <file>', 'a file with it')
      .option('--session', 'a key that goes with the login session')
      .option('--attributes <attribute...>', 'NAME=VALUE of the new key', collectTemplate)
      .addHelpText(
        'after',
        `\nExample:\n  keyhold hsm key unwrap ${way} --filter attr.label=kek --key-type-class aes --label my-key --data-path wrapped${way === 'aes-gcm' ? ' --iv 0x…' : ''}`,
      )
      .action(act(context, unwrapWith(way)));
    if (way === 'aes-gcm')
      commandOf(unwrap, way).requiredOption('--iv <hex>', 'the iv of `key wrap aes-gcm`', parseIv);
  }
}

function commandOf(parent: Command, way: WrapMethod): Command {
  return parent.commands.find((one) => one.name() === way) ?? parent;
}

function withHash(command: Command, way: WrapMethod): void {
  if (!way.startsWith('rsa')) return;
  command.addOption(
    new Option('--hash-function <name>', 'of OAEP')
      .choices(['sha1', 'sha256'])
      .makeOptionMandatory(),
  );
}

function parseIv(text: string): Uint8Array {
  const [, digits] = /^0x([0-9a-f]{24})$/i.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('It is 0x and 24 hex digits.');
  return Buffer.from(digits, 'hex');
}

function mechanismOf(way: WrapMethod, hash: 'sha1' | 'sha256' = 'sha256'): WrapMechanism {
  if (way === 'aes-gcm') return way;
  if (way === 'aes-zero-pad') return 'aes-kwp';
  return `${way}-${hash}`;
}

function wrapWith(way: WrapMethod) {
  return (
    context: HsmContext,
    { payloadFilter, wrappingFilter, hashFunction, path, ...target }: WrapOptions,
  ): Promise<object> =>
    withLogin(context, target, async (connection) => {
      const payload = await oneKey(connection, payloadFilter);
      const wrapping = await oneKey(connection, wrappingFilter);
      const mechanism = mechanismOf(way, hashFunction);
      const { wrapped } = await connection.call('wrapKey', {
        key: payload.handle,
        wrappingKey: wrapping.handle,
        mechanism,
      });
      // On the wire the IV leads; cloudhsm-cli shows it apart.
      const iv =
        way === 'aes-gcm' ? Buffer.from(wrapped.subarray(0, IV_BYTES)).toString('hex') : undefined;
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

function unwrapWith(way: WrapMethod) {
  return (context: HsmContext, options: UnwrapOptions): Promise<object> => {
    const form: KeyForm = formOf(options);
    const { iv, data, dataPath, hashFunction, label, session, attributes } = options;
    const wrapped = Buffer.concat([iv ?? Buffer.alloc(0), bytesFrom('data', data, dataPath)]);
    return withLogin(context, options, async (connection) => {
      const { handle } = await oneKey(connection, options.filter);
      const template = { ...attributes, label, token: session !== true };
      const mechanism = mechanismOf(way, hashFunction);
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
