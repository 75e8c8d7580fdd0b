import type { Response } from '../../contract/index.ts';
import { statementJson, type Cause, type Source } from '../../policy/index.ts';

type AccessCause = Response<'keyhold', 'ExplainAccess'>['DecidedBy'][number];

const names: Readonly<Record<Source, string>> = {
  'service-control': 'service control policy',
  identity: 'identity policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource policy',
};

/** Returns the causes of a decision, as the API shows them. */
export function accessCauses(by: readonly Cause[]): AccessCause[] {
  return by.map(({ source, statement, grantId }) => ({
    Source: grantId === undefined ? names[source] : 'grant',
    ...(grantId !== undefined && { GrantId: grantId }),
    ...(statement && { Statement: JSON.stringify(statementJson(statement)) }),
  }));
}
