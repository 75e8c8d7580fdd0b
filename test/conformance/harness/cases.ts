import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import { shapes, type Members } from '../../../src/contract/index.ts';
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

function derivedCases(table: Table): Case[] {
  const { operation, key, good, except } = table;
  const documented = documentedErrors(operation);
  const members: Members = shapes.kms[operation];
  const cases: Case[] = [];
  if (!except['unauthorised']) cases.push(unauthorised(table));
  if (members['DryRun'] && !except['dry run']) cases.push(...dryRuns(table));
  if (key !== 'none' && !except['missing key']) {
    cases.push({
      shows: 'refuses a key that is not there',
      error: 'NotFoundException',
      run: async (stage) =>
        refuses(send(stage, table, await good(stage, UNKNOWN_KEY)), {
          name: 'NotFoundException',
          text: `Key '${stage.arnOf(`key/${UNKNOWN_KEY}`)}' does not exist`,
        }),
    });
  }
  if (key !== 'none' && documented.includes('InvalidArnException') && !except['alias']) {
    cases.push({
      shows: 'takes no alias',
      error: 'InvalidArnException',
      run: async (stage) =>
        refuses(send(stage, table, await good(stage, stage.aliasName)), {
          name: 'InvalidArnException',
          text: 'Key Aliases are not supported for this operation.',
        }),
    });
  }
  if (members['GrantTokens'] && documented.includes('InvalidGrantTokenException')) {
    cases.push({
      shows: 'refuses a grant token that is none',
      error: 'InvalidGrantTokenException',
      async run(stage) {
        const input = { ...(await good(stage, await keyFor(stage, table))), GrantTokens: ['nonsense'] };
        await refuses(send(stage, table, input), { name: 'InvalidGrantTokenException' });
      },
    });
  }
  return cases;
}

function unauthorised(table: Table): Case {
  return {
    shows: 'refuses a caller without permission',
    async run(stage) {
      const input = await table.good(stage, await keyFor(stage, table));
      const text = new RegExp(
        `^User: arn:aws:iam::${stage.account}:user/nobody is not authorized to perform: ${table.action} on resource: \\S+ because no identity-based policy allows the ${table.action} action$`,
      );
      await refuses(send(stage, table, input, stage.nobody), { name: 'AccessDeniedException', text });
    },
  };
}

function dryRuns(table: Table): Case[] {
  const dryRun = async (stage: Stage): Promise<object> => ({ ...(await table.good(stage, await keyFor(stage, table))), DryRun: true });
  return [
    {
      shows: 'only says that it would succeed, in a dry run',
      error: 'DryRunOperationException',
      run: async (stage) => refuses(send(stage, table, await dryRun(stage)), { name: 'DryRunOperationException', text: DRY_RUN }),
    },
    {
      shows: 'says in a dry run that the caller has no permission',
      run: async (stage) => refuses(send(stage, table, await dryRun(stage), stage.nobody), { name: 'AccessDeniedException' }),
    },
  ];
}

function refusedCases(table: Table): Case[] {
  return Object.entries(table.refuses).flatMap(([name, refusals]) =>
    [refusals].flat().map(({ when, input, text }: Refusal<object>) => ({
      shows: `refuses with ${name}${when === undefined ? '' : ` ${when}`}`,
      error: name,
      run: async (stage: Stage) => refuses(send(stage, table, await input(stage, await keyFor(stage, table))), { name, text }),
    })),
  );
}
