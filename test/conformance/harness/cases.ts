import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import { shapes } from '../../../src/contract/index.ts';
import { documentedErrors } from './documented-errors.ts';
import { refuses, send } from './send.ts';
import { UNKNOWN_KEY, type Stage } from './stage.ts';
import type { Refusal, Table } from './table.ts';

/** One test: what it shows, the documented error that it is a case for, and what to do. */
export interface Case {
  readonly shows: string;
  readonly error?: string;
  readonly run: (stage: Stage) => Promise<void>;
}

const DRY_RUN = 'The request would have succeeded, but the DryRun option is set.';

/** Everything that a table promises beside key states, which have a file of their own. */
export function casesOf(table: Table): Case[] {
  return [...goodCases(table), ...derivedCases(table), ...refusedCases(table)];
}

/** Operations on no key get an empty id. */
async function keyFor(stage: Stage, { key }: Table): Promise<string> {
  return key === 'none' ? '' : stage.newKey(key satisfies CreateKeyCommandInput);
}

function goodCases(table: Table): Case[] {
  const { good, gives, accepts } = table;
  const first: Case = {
    shows: 'does what it is for',
    async run(stage) {
      const keyId = await keyFor(stage, table);
      const output = await send(stage, table, await good(stage, keyId));
      await gives?.(output, stage, keyId);
    },
  };
  const others = Object.entries(accepts).map(([what, making]) => ({
    shows: `takes ${what}`,
    async run(stage: Stage) {
      await send(stage, table, await making(stage, await keyFor(stage, table)));
    },
  }));
  return [first, ...others];
}

/** What follows from the good input, unless the table says why it doesn't. */
function derivedCases(table: Table): Case[] {
  return [unauthorised, dryRuns, missingKey, alias, grantToken].flatMap((derive) => derive(table));
}

function unauthorised(table: Table): Case[] {
  const { action, except, good } = table;
  if (except.unauthorised !== undefined) return [];
  const run = async (stage: Stage): Promise<void> => {
    const input = await good(stage, await keyFor(stage, table));
    const text = new RegExp(
      `^User: arn:aws:iam::${stage.account}:user/nobody is not authorized to perform: ${action} on resource: \\S+ because no identity-based policy allows the ${action} action$`,
    );
    await refuses(send(stage, table, input, stage.nobody), { name: 'AccessDeniedException', text });
  };
  return [{ shows: 'refuses a caller without permission', run }];
}

function dryRuns(table: Table): Case[] {
  if (!has(table, 'DryRun') || table.except['dry run'] !== undefined) return [];
  const dryRun = async (stage: Stage): Promise<object> => ({
    ...(await table.good(stage, await keyFor(stage, table))),
    DryRun: true,
  });
  return [
    {
      shows: 'only says that it would succeed, in a dry run',
      error: 'DryRunOperationException',
      run: async (stage) =>
        refuses(send(stage, table, await dryRun(stage)), {
          name: 'DryRunOperationException',
          text: DRY_RUN,
        }),
    },
    {
      shows: 'says in a dry run that the caller has no permission',
      run: async (stage) =>
        refuses(send(stage, table, await dryRun(stage), stage.nobody), {
          name: 'AccessDeniedException',
        }),
    },
  ];
}

function missingKey(table: Table): Case[] {
  if (table.key === 'none' || table.except['missing key'] !== undefined) return [];
  const run = async (stage: Stage): Promise<void> => {
    const text = `Key '${stage.arnOf(`key/${UNKNOWN_KEY}`)}' does not exist`;
    await refuses(send(stage, table, await table.good(stage, UNKNOWN_KEY)), {
      name: 'NotFoundException',
      text,
    });
  };
  return [{ shows: 'refuses a key that is not there', error: 'NotFoundException', run }];
}

function alias(table: Table): Case[] {
  const error = 'InvalidArnException';
  if (
    table.key === 'none' ||
    table.except.alias !== undefined ||
    !documentedErrors(table.operation).includes(error)
  )
    return [];
  const text = 'Key Aliases are not supported for this operation.';
  const run = async (stage: Stage): Promise<void> =>
    refuses(send(stage, table, await table.good(stage, stage.aliasName)), { name: error, text });
  return [{ shows: 'takes no alias', error, run }];
}

function grantToken(table: Table): Case[] {
  const error = 'InvalidGrantTokenException';
  if (!has(table, 'GrantTokens') || !documentedErrors(table.operation).includes(error)) return [];
  const run = async (stage: Stage): Promise<void> => {
    const input = {
      ...(await table.good(stage, await keyFor(stage, table))),
      GrantTokens: ['nonsense'],
    };
    await refuses(send(stage, table, input), { name: error });
  };
  return [{ shows: 'refuses a grant token that is none', error, run }];
}

function has({ operation }: Table, member: string): boolean {
  return Object.hasOwn(shapes.kms[operation], member);
}

function refusedCases(table: Table): Case[] {
  return Object.entries(table.refuses).flatMap(([name, refusals]) =>
    [refusals].flat().map(({ when, input, text }: Refusal<object>) => ({
      shows: `refuses with ${name}${when === undefined ? '' : ` ${when}`}`,
      error: name,
      run: async (stage: Stage) =>
        refuses(send(stage, table, await input(stage, await keyFor(stage, table))), { name, text }),
    })),
  );
}
