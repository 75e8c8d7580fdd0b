import { connectHsm, type HsmAddress, type HsmConnection } from '../../hsm/client/index.ts';
import { AUDIT_FORMAT } from '../../hsm/wire/index.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { loginFrom } from './credentials.ts';
import { targetOf, type Target } from './target.ts';

const RECORDS_PER_REQUEST = 500;

/**
 * Yields the log of an HSM as lines of JSON: an identity header, then the records. `nonce` is that
 * of a verifier. Requires the credentials of an admin or auditor.
 */
export async function* logOf(
  context: HsmContext,
  address: HsmAddress,
  trust: Target['trust'],
  nonce?: string,
): AsyncGenerator<string> {
  const { username, role, password } = loginFrom(context.env);
  const connection = await connectHsm(address, trust);
  try {
    await connection.call('login', { username, role, password });
    yield* recordsOf(connection, nonce);
    await connection.call('logout', {});
  } finally {
    connection.close();
  }
}

/** Yields the logs of all HSMs that the options name. */
export async function* logsOf(context: HsmContext, options: TargetOptions): AsyncGenerator<string> {
  const { addresses, trust } = await targetOf(context, options);
  for (const address of addresses) yield* logOf(context, address, trust);
}

/** Requests a checkpoint first, which answers the nonce, so that a truncated log is detected. */
async function* recordsOf(
  connection: HsmConnection,
  nonce: string | undefined,
): AsyncGenerator<string> {
  const { identity } = await connection.call(
    'checkpointAudit',
    nonce === undefined ? {} : { nonce },
  );
  yield `${JSON.stringify({ format: AUDIT_FORMAT, ...identity })}\n`;
  for (let from = 0; ;) {
    const { records } = await connection.call('readAudit', { from, limit: RECORDS_PER_REQUEST });
    for (const record of records)
      yield `${JSON.stringify({ hsmId: connection.info.hsmId, ...record })}\n`;
    const last = records.at(-1);
    if (!last || records.length < RECORDS_PER_REQUEST) return;
    from = last.sequence + 1;
  }
}
