import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import { shapes } from '../../../src/contract/index.ts';
import { documentedErrors } from './documented-errors.ts';
import { refuses, send } from './send.ts';
import { UNKNOWN_KEY, type Stage } from './stage.ts';
import type { Refusal, Table } from './table.ts';

/** One test: its name, the documented error that it covers, and its steps. */
export interface Case {
  readonly name: string;
  readonly error?: string;
  readonly run: (stage: Stage) => Promise<void>;
}

const DRY_RUN = 'The request would have succeeded, but the DryRun option is set.';

/** Returns all cases of a table except key states, which have their own file. */
export function casesOf(table: Table): Case[] {
  return [...validCases(table), ...derivedCases(table), ...refusedCases(table)];
}

/** Creates the key for a case. Returns an empty ID for operations without a key. */
async function keyFor(stage: Stage, { key }: Table): Promise<string> {
  return key === 'none' ? '' : stage.newKey(key satisfies CreateKeyCommandInput);
}

function validCases(table: Table): Case[] {
  const { validInput, checkOutput, accepts } = table;
  const first: Case = {
    name: 'succeeds with a valid input',
    async run(stage) {
      const keyId = await keyFor(stage, table);
      const output = await send(stage, table, await validInput(stage, keyId));
      await checkOutput?.(output, stage, keyId);
    },
  };
  const others = Object.entries(accepts).map(([what, inputFor]) => ({
    name: `accepts ${what}`,
    async run(stage: Stage) {
      await send(stage, table, await inputFor(stage, await keyFor(stage, table)));
    },
  }));
  return [first, ...others];
}

/** Returns the cases that follow from the valid input, except those that the table excludes. */
function derivedCases(table: Table): Case[] {
  return [unauthorised, dryRuns, missingKey, alias, grantToken].flatMap((derive) => derive(table));
}

function unauthorised(table: Table): Case[] {
  const { action, except, validInput } = table;
  if (except.unauthorised !== undefined) return [];
  const run = async (stage: Stage): Promise<void> => {
    const input = await validInput(stage, await keyFor(stage, table));
    const text = new RegExp(
      `^User: arn:aws:iam::${stage.account}:user/nobody is not authorized to perform: ${action} on resource: \\S+ because no identity-based policy allows the ${action} action$`,
    );
    await refuses(send(stage, table, input, stage.nobody), { name: 'AccessDeniedException', text });
  };
  return [{ name: 'rejects a caller without permission', run }];
}

function dryRuns(table: Table): Case[] {
  if (!has(table, 'DryRun') || table.except['dry run'] !== undefined) return [];
  const dryRun = async (stage: Stage): Promise<object> => ({
    ...(await table.validInput(stage, await keyFor(stage, table))),
    DryRun: true,
  });
  return [
    {
      name: 'reports in a dry run that it would succeed',
      error: 'DryRunOperationException',
      run: async (stage) =>
        refuses(send(stage, table, await dryRun(stage)), {
          name: 'DryRunOperationException',
          text: DRY_RUN,
        }),
    },
    {
      name: 'reports in a dry run that the caller has no permission',
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
    await refuses(send(stage, table, await table.validInput(stage, UNKNOWN_KEY)), {
      name: 'NotFoundException',
      text,
    });
  };
  return [{ name: 'rejects an unknown key', error: 'NotFoundException', run }];
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
    refuses(send(stage, table, await table.validInput(stage, stage.aliasName)), {
      name: error,
      text,
    });
  return [{ name: 'rejects an alias', error, run }];
}

function grantToken(table: Table): Case[] {
  const error = 'InvalidGrantTokenException';
  if (!has(table, 'GrantTokens') || !documentedErrors(table.operation).includes(error)) return [];
  const run = async (stage: Stage): Promise<void> => {
    const input = {
      ...(await table.validInput(stage, await keyFor(stage, table))),
      GrantTokens: ['nonsense'],
    };
    await refuses(send(stage, table, input), { name: error });
  };
  return [{ name: 'rejects an invalid grant token', error, run }];
}

function has({ operation }: Table, member: string): boolean {
  return Object.hasOwn(shapes.kms[operation], member);
}

function refusedCases(table: Table): Case[] {
  return Object.entries(table.refuses).flatMap(([name, refusals]) =>
    [refusals].flat().map(({ when, input, text }: Refusal<object>) => ({
      name: when === undefined ? `fails with ${name}` : `rejects ${when} with ${name}`,
      error: name,
      run: async (stage: Stage) =>
        refuses(send(stage, table, await input(stage, await keyFor(stage, table))), { name, text }),
    })),
  );
}
