import { readFileIfThere } from '../../base/index.ts';
import {
  connectHsm,
  HsmUnreachableError,
  type HsmAddress,
  type HsmConnection,
} from '../../hsm/client/index.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';

/** The addresses that the options name. At least one. */
export async function addressesOf(
  context: HsmContext,
  options: TargetOptions,
): Promise<readonly HsmAddress[]> {
  if (options.hsm && options.hsm.length > 0) return options.hsm.map(parseAddress);
  const clusterId = options.clusterId ?? context.env['CLOUDHSM_CLUSTER_ID'];
  if (!clusterId)
    throw new CliError(
      'say which HSMs: --cluster-id cluster-… (or CLOUDHSM_CLUSTER_ID), or --hsm host:port',
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
    throw new CliError(`--hsm takes host:port, not ${text}`);
  return { hsmId: '', host, port: Number(port) };
}

/** The PEM of the customer's CA; undefined if no file is named. */
export function trustAnchorOf(context: HsmContext, options: TargetOptions): string | undefined {
  const file = options.caFile ?? context.env['CLOUDHSM_CA_FILE'];
  if (!file) return undefined;
  const pem = readFileIfThere(file)?.toString('utf8');
  if (pem === undefined)
    throw new CliError(
      `there is no file ${file}; --ca-file is the certificate of the CA that signed the cluster's CSR`,
    );
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new CliError(`${file} is not a certificate in PEM`);
  return pem;
}

/**
 * Lends `work` a connection to the first HSM that can be reached, or the session's; the HSMs
 * replicate what it changes.
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

/** Connects to the first HSM of those that the options name that can be reached. */
export async function connect(context: HsmContext, options: TargetOptions): Promise<HsmConnection> {
  const trustAnchor = trustAnchorOf(context, options);
  if (trustAnchor === undefined) {
    throw new CliError(
      'name the CA that signed the cluster certificate: --ca-file customerCA.crt (or CLOUDHSM_CA_FILE)',
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
      // Another HSM of the cluster shows the same certificate, so asking it would not help.
      if (!(error instanceof HsmUnreachableError) || error.reason === 'untrusted') throw error;
      failures.push(error.message);
    }
  }
  throw new CliError(`no HSM can be reached: ${failures.join('; ')}`);
}
