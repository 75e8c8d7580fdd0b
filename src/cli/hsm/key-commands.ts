import { InvalidArgumentError, type Command } from 'commander';
import type { HsmConnection } from '../../hsm/client/index.ts';
import type { KeyFilter, KeyInfo, KeyTemplate } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { act } from './answer.ts';
import { collectFilter, collectTemplate } from './attributes.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';
import { keyBriefShape, keyReferenceShape, keyShape } from './shapes.ts';

/** Keys asked for at a time. */
const PAGE = 100;

interface ListOptions extends TargetOptions {
  readonly filter?: KeyFilter;
  readonly maxItems: number;
  readonly startingToken?: string;
  readonly verbose?: true;
}

interface GenerateOptions extends TargetOptions {
  readonly label: string;
  readonly keyLengthBytes: 16 | 24 | 32;
  readonly attributes?: KeyTemplate;
}

const FILTER = '--filter <condition...>';
const FILTER_HELP = 'key-reference=0x… or attr.NAME=VALUE; all given must match';

export function addKeyCommands(hsm: Command, context: HsmContext): void {
  const key = hsm.command('key').description('keys of the cluster');
  key
    .command('list')
    .description('list keys')
    .option(FILTER, FILTER_HELP, collectFilter)
    .option('--max-items <count>', 'keys per answer', parseCount, 10)
    .option('--starting-token <token>', 'next-token of the answer before')
    .option('--verbose', 'show owners and all attributes')
    .addHelpText('after', '\nExamples:\n  keyhold hsm key list\n  keyhold hsm key list --filter attr.label=my-key --verbose')
    .action(act(context, list));
  key
    .command('delete')
    .description('delete the one key that matches')
    .requiredOption(FILTER, FILTER_HELP, collectFilter)
    .addHelpText('after', '\nExample:\n  keyhold hsm key delete --filter key-reference=0x00000000001c0686')
    .action(act(context, remove));
  key
    .command('generate-symmetric')
    .description('make a symmetric key')
    .command('aes')
    .description('make an AES key')
    .requiredOption('--label <label>', 'the label of the key')
    .requiredOption('--key-length-bytes <length>', '16, 24 or 32', parseLength)
    .option('--attributes <attribute...>', 'NAME=VALUE, e.g. extractable=false encrypt=true', collectTemplate)
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm key generate-symmetric aes --label my-key --key-length-bytes 32 --attributes encrypt=true decrypt=true',
    )
    .action(act(context, generate));
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('It is a number from 1 to 99999.');
  return Number(text);
}

function parseLength(text: string): number {
  if (!['16', '24', '32'].includes(text)) throw new InvalidArgumentError('It is 16, 24 or 32.');
  return Number(text);
}

async function list(context: HsmContext, options: ListOptions): Promise<object> {
  return withLogin(context, options, async (connection, { role }) => {
    const { filter = {}, maxItems, startingToken } = options;
    // One more than wanted tells whether there is a next page.
    const { keys, total } = await find(connection, filter, maxItems + 1, startingToken);
    const shown = keys.slice(0, maxItems);
    const last = keys.length > maxItems ? shown.at(-1) : undefined;
    const shape = shapeFor(role, options.verbose);
    return {
      matched_keys: shown.map(shape),
      total_key_count: total,
      returned_key_count: shown.length,
      ...(last && { 'next-token': last.handle }),
    };
  });
}

/** An admin sees that keys are there, not what they are. */
function shapeFor(role: string, verbose: true | undefined): (key: KeyInfo) => object {
  if (role === 'admin') return keyReferenceShape;
  return verbose ? keyShape : keyBriefShape;
}

async function find(
  connection: HsmConnection,
  filter: KeyFilter,
  wanted: number,
  start?: string,
): Promise<{ keys: KeyInfo[]; total: number }> {
  const keys: KeyInfo[] = [];
  let after = start;
  for (;;) {
    const limit = Math.min(PAGE, wanted - keys.length);
    const page = await connection.call('findKeys', { filter, limit, ...(after !== undefined && { after }) });
    keys.push(...page.keys);
    after = page.keys.at(-1)?.handle;
    if (page.keys.length < limit || keys.length >= wanted) return { keys, total: page.total };
  }
}

async function remove(context: HsmContext, options: TargetOptions & { readonly filter: KeyFilter }): Promise<object> {
  return withLogin(context, options, async (connection) => {
    const { keys, total } = await find(connection, options.filter, 2);
    const [key] = keys;
    if (!key) throw new CliError('no key matches the filter; `key list` shows what there is');
    if (keys.length > 1) throw new CliError(`${total} keys match the filter; narrow it until it matches one`);
    await connection.call('destroyKey', { handle: key.handle });
    return { message: 'Key deleted successfully' };
  });
}

async function generate(context: HsmContext, { label, keyLengthBytes, attributes, ...target }: GenerateOptions): Promise<object> {
  return withLogin(context, target, async (connection) => {
    const template = { ...attributes, label };
    return { key: keyShape(await connection.call('generateKey', { keyType: 'aes', length: keyLengthBytes, template })) };
  });
}
