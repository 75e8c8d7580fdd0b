import { readFileIfThere } from '../../base/index.ts';
import {
  connectHsm,
  HsmUnreachableError,
  type HsmAddress,
  type HsmConnection,
} from '../../hsm/client/index.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';

/** Returns the addresses that the options name: at least one, otherwise throws CliError. */
export async function addressesOf(
  context: HsmContext,
  options: TargetOptions,
): Promise<readonly HsmAddress[]> {
  if (options.hsm && options.hsm.length > 0) return options.hsm.map(parseAddress);
  const clusterId = options.clusterId ?? context.env['CLOUDHSM_CLUSTER_ID'];
  if (!clusterId)
    throw new CliError(
      'missing HSMs: pass --cluster-id cluster-… (or set CLOUDHSM_CLUSTER_ID), or --hsm host:port',
    );
  const addresses = await context.describeCluster(clusterId);
  if (addresses.length === 0) {
    throw new CliError(
      `${clusterId} has no active HSM; create one: aws cloudhsmv2 create-hsm --cluster-id ${clusterId} --availability-zone …`,
    );
  }
  return addresses;
}

function parseAddress(text: string): HsmAddress {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new CliError(`invalid --hsm "${text}": must be host:port`);
  return { hsmId: '', host, port: Number(port) };
}

/** Returns the PEM of the customer's CA, or undefined if no file is named. */
export function trustAnchorOf(context: HsmContext, options: TargetOptions): string | undefined {
  const file = options.caFile ?? context.env['CLOUDHSM_CA_FILE'];
  if (!file) return undefined;
  const pem = readFileIfThere(file)?.toString('utf8');
  if (pem === undefined)
    throw new CliError(
      `file ${file} does not exist; --ca-file must be the certificate of the CA that signed the cluster's CSR`,
    );
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new CliError(`${file} is not a PEM certificate; check --ca-file`);
  return pem;
}

/**
 * Passes `work` a connection to the first HSM that is reachable, or that of the session. The HSMs
 * replicate all changes.
 */
export async function withHsm<R>(
  context: HsmContext,
  options: TargetOptions,
  work: (connection: HsmConnection) => Promise<R>,
): Promise<R> {
  if (context.session) return work(await context.session.connection());
  const connection = await connect(context, options);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/** Connects to the first reachable HSM that the options name. */
export async function connect(context: HsmContext, options: TargetOptions): Promise<HsmConnection> {
  const trustAnchor = trustAnchorOf(context, options);
  if (trustAnchor === undefined) {
    throw new CliError(
      'missing CA of the cluster certificate: pass --ca-file customerCA.crt or set CLOUDHSM_CA_FILE',
    );
  }
  return connectAny(await addressesOf(context, options), trustAnchor);
}

async function connectAny(
  addresses: readonly HsmAddress[],
  trustAnchor: string,
): Promise<HsmConnection> {
  const failures: string[] = [];
  for (const address of addresses) {
    try {
      return await connectHsm(address, { trustAnchor });
    } catch (error) {
      // All HSMs of a cluster have the same certificate, so another one would be untrusted, too.
      if (!(error instanceof HsmUnreachableError) || error.reason === 'untrusted') throw error;
      failures.push(error.message);
    }
  }
  throw new CliError(`no HSM is reachable: ${failures.join('; ')}`);
}
