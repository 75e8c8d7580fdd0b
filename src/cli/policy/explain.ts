import type { AccessCause, ExplainedAccess } from '../../contract/index.ts';
import type { Api } from '../api.ts';
import { CliError } from '../io.ts';

export interface ExplainOptions {
  readonly principal: string;
  readonly action: string;
  readonly key?: string;
  readonly resource?: string;
  readonly context: readonly string[];
}

export async function explain(
  api: Api,
  { principal, action, key, resource, context }: ExplainOptions,
): Promise<ExplainedAccess> {
  return api('keyhold', 'ExplainAccess', {
    PrincipalArn: principal,
    Action: action.includes(':') ? action : `kms:${action}`,
    ...(key !== undefined && { KeyId: key }),
    ...(resource !== undefined && { ResourceArn: resource }),
    Context: contextOf(context),
  });
}

/** Parses `kms:EncryptionContext:App=ledger`. Repeating a key adds a value. */
function contextOf(given: readonly string[]): Record<string, string[]> {
  const context: Record<string, string[]> = {};
  for (const one of given) {
    const at = one.indexOf('=');
    if (at < 1) throw new CliError(`invalid --context "${one}": must be key=value`);
    (context[one.slice(0, at)] ??= []).push(one.slice(at + 1));
  }
  return context;
}

export function renderExplanation({
  Decision,
  Reason,
  DecidedBy,
  UnknownContext,
}: ExplainedAccess): string {
  const parts = [`${Decision}: ${Reason}\n`];
  for (const cause of DecidedBy) parts.push(`\n${titleOf(cause)}\n${indented(cause)}`);
  if (UnknownContext.length > 0) {
    parts.push(
      `\nPolicies also depend on values that are unknown: ${UnknownContext.join(', ')}. Pass them with --context.\n`,
    );
  }
  return parts.join('');
}

function titleOf({ Source, GrantId }: AccessCause): string {
  return GrantId === undefined ? `by a statement of a ${Source}:` : `by grant ${GrantId}`;
}

function indented({ Statement }: AccessCause): string {
  if (Statement === undefined) return '';
  return `${JSON.stringify(JSON.parse(Statement), undefined, 2).replace(/^/gm, '  ')}\n`;
}
