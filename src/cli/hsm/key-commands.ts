import { InvalidArgumentError, Option, type Command } from 'commander';
import type { KeyFilter, KeyInfo } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import { attributeValue } from './attributes.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { findKeys, oneKey, withFilter } from './find-keys.ts';
import { withLogin } from './login.ts';
import { keyBriefShape, keyReferenceShape, keyShape } from './shapes.ts';

interface Filtered extends TargetOptions {
  readonly filter: KeyFilter;
}

interface ListOptions extends TargetOptions {
  readonly filter?: KeyFilter;
  readonly maxItems: number;
  readonly startingToken?: string;
  readonly verbose?: true;
}

export function addKeyCommands(key: Command, context: HsmContext): void {
  withFilter(key.command('list').description('list keys'), 'filter', false)
    .option('--max-items <count>', 'number of keys per response', parseCount, 10)
    .option('--starting-token <token>', 'next-token of the previous response')
    .option('--verbose', 'show owners and all attributes')
    .addHelpText(
      'after',
      '\nExamples:\n  keyhold hsm key list\n  keyhold hsm key list --filter attr.label=my-key --verbose',
    )
    .action(act(context, list));
  withApprovalOptions(
    withFilter(key.command('delete').description('delete the key that matches the filter')),
  )
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm key delete --filter key-reference=0x00000000001c0686',
    )
    .action(act(context, remove));
  withFilter(
    key
      .command('set-attribute')
      .description('change an attribute of the key that matches the filter (trusted: as admin)'),
  )
    .requiredOption('--name <attribute>', 'name of the attribute')
    .requiredOption('--value <value>', 'new value')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm key set-attribute --filter attr.label=my-key --name wrap-with-trusted --value true',
    )
    .action(act(context, setAttribute));
  shareCommand(
    key,
    context,
    'share',
    'share the key that matches the filter with another crypto user',
  );
  shareCommand(
    key,
    context,
    'unshare',
    'stop sharing the key that matches the filter with a crypto user',
  );
}

function shareCommand(
  key: Command,
  context: HsmContext,
  name: 'share' | 'unshare',
  text: string,
): void {
  withFilter(key.command(name).description(text))
    .requiredOption('--username <name>', 'name of the other user')
    .addOption(
      new Option('--role <role>', 'role of the other user')
        .choices(['crypto-user'])
        .makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      `\nExample:\n  keyhold hsm key ${name} --filter attr.label=my-key --username bob --role crypto-user`,
    )
    .action(act(context, share(name)));
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new InvalidArgumentError('Must be a number from 1 to 99999.');
  return Number(text);
}

async function list(context: HsmContext, options: ListOptions): Promise<object> {
  return withLogin(context, options, async (connection, { role }) => {
    const { filter = {}, maxItems, startingToken } = options;
    // One extra key tells whether there is a next page.
    const { keys, total } = await findKeys(connection, filter, maxItems + 1, startingToken);
    const shown = keys.slice(0, maxItems);
    const last = keys.length > maxItems ? shown.at(-1) : undefined;
    return {
      matched_keys: shown.map(shapeFor(role, options.verbose)),
      total_key_count: total,
      returned_key_count: shown.length,
      ...(last && { 'next-token': last.handle }),
    };
  });
}

/** An admin sees key references only. */
function shapeFor(role: string, verbose: true | undefined): (key: KeyInfo) => object {
  if (role === 'admin') return keyReferenceShape;
  return verbose ? keyShape : keyBriefShape;
}

async function remove(context: HsmContext, options: Filtered & ApprovalOptions): Promise<object> {
  return withLogin(context, options, async (connection) => {
    const { handle } = await oneKey(connection, options.filter);
    const call = {
      service: 'key-deletion',
      command: 'destroyKey',
      input: { handle },
      keyHandle: handle,
    } as const;
    return callApproved(connection, call, options, () => ({ message: 'Key deleted successfully' }));
  });
}

async function setAttribute(
  context: HsmContext,
  options: Filtered & { readonly name: string; readonly value: string },
): Promise<object> {
  const value = attributeValue(options.name, options.value);
  return withLogin(context, options, async (connection) => {
    const { handle } = await oneKey(connection, options.filter);
    // Numeric attributes cannot be changed. The HSM rejects them as text, too.
    await connection.call('setAttribute', {
      handle,
      name: options.name,
      value: typeof value === 'number' ? options.value : value,
    });
    return { message: 'Attribute set successfully' };
  });
}

function share(name: 'share' | 'unshare') {
  return (
    context: HsmContext,
    options: Filtered & { readonly username: string },
  ): Promise<object> =>
    withLogin(context, options, async (connection) => {
      const { handle } = await oneKey(connection, options.filter);
      await connection.call(name === 'share' ? 'shareKey' : 'unshareKey', {
        handle,
        username: options.username,
      });
      return { message: `Key ${name}d successfully` };
    });
}
