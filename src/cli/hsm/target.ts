import { readFileIfThere } from '../../base/index.ts';
import {
  connectHsm,
  HsmUnreachableError,
  type HsmAddress,
  type HsmConnection,
} from '../../hsm/client/index.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';

const MISSING_HSMS =
  'missing HSMs: pass --cluster-id cluster-… (or set CLOUDHSM_CLUSTER_ID), or --hsm host:port';
const MISSING_PIN =
  'missing cluster certificate: pass --cluster-certificate FILE (or set CLOUDHSM_CLUSTER_CERTIFICATE), or --cluster-id cluster-… to get it from DescribeClusters';
const CLUSTER_CERTIFICATE_HINT =
  '--cluster-certificate must be the certificate that the CA issued for the cluster';

/** The HSMs of an initialized cluster, and the certificates that they are verified by, as PEM. */
export interface Target {
  /** At least one. */
  readonly addresses: readonly HsmAddress[];
  readonly trust: { readonly trustAnchor: string; readonly clusterCertificate: string };
}

/**
 * Returns the HSMs that the options name, and how to verify them. The customer's CA comes only from
 * the user. The cluster certificate comes from the user or from DescribeClusters. Throws CliError
 * if anything is missing.
 */
export async function targetOf(context: HsmContext, options: TargetOptions): Promise<Target> {
  const trustAnchor = trustAnchorOf(context, options);
  if (trustAnchor === undefined) {
    throw new CliError(
      'missing CA of the cluster certificate: pass --ca-file customerCA.crt or set CLOUDHSM_CA_FILE',
    );
  }
  const named = namedHsms(options);
  const file = options.clusterCertificate ?? context.env['CLOUDHSM_CLUSTER_CERTIFICATE'];
  const given = file ? certificateIn(file, CLUSTER_CERTIFICATE_HINT) : undefined;
  if (named && given !== undefined)
    return { addresses: named, trust: { trustAnchor, clusterCertificate: given } };
  const clusterId = clusterIdOf(context, options) ?? missing(named ? MISSING_PIN : MISSING_HSMS);
  const cluster = await context.describeCluster(clusterId);
  const clusterCertificate =
    given ??
    cluster.clusterCertificate ??
    missing(`${clusterId} is not initialized: aws cloudhsmv2 initialize-cluster …`);
  return {
    addresses: named ?? activeHsms(clusterId, cluster.addresses),
    trust: { trustAnchor, clusterCertificate },
  };
}

/** Returns the addresses that the options name: at least one, otherwise throws CliError. */
export async function addressesOf(
  context: HsmContext,
  options: TargetOptions,
): Promise<readonly HsmAddress[]> {
  const named = namedHsms(options);
  if (named) return named;
  const clusterId = clusterIdOf(context, options) ?? missing(MISSING_HSMS);
  return activeHsms(clusterId, (await context.describeCluster(clusterId)).addresses);
}

function namedHsms({ hsm = [] }: TargetOptions): readonly HsmAddress[] | undefined {
  return hsm.length > 0 ? hsm.map(parseAddress) : undefined;
}

function clusterIdOf(context: HsmContext, options: TargetOptions): string | undefined {
  return options.clusterId || context.env['CLOUDHSM_CLUSTER_ID'] || undefined;
}

function activeHsms(clusterId: string, addresses: readonly HsmAddress[]): readonly HsmAddress[] {
  if (addresses.length > 0) return addresses;
  throw new CliError(
    `${clusterId} has no active HSM; create one: aws cloudhsmv2 create-hsm --cluster-id ${clusterId} --availability-zone … (one that waits for its owner is not active: its state message in describe-clusters says for what)`,
  );
}

function missing(message: string): never {
  throw new CliError(message);
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
  return certificateIn(
    file,
    "--ca-file must be the certificate of the CA that signed the cluster's CSR",
  );
}

/** Reads a file with a certificate. `hint` says what it must contain. */
function certificateIn(file: string, hint: string): string {
  const pem = readFileIfThere(file)?.toString('utf8');
  if (pem === undefined) throw new CliError(`file ${file} does not exist; ${hint}`);
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new CliError(`${file} is not a PEM certificate; ${hint}`);
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
  const { addresses, trust } = await targetOf(context, options);
  const failures: string[] = [];
  for (const address of addresses) {
    try {
      return await connectHsm(address, trust);
    } catch (error) {
      // All HSMs of a cluster have the same certificate, so another one would be untrusted, too.
      if (!(error instanceof HsmUnreachableError) || error.reason === 'untrusted') throw error;
      failures.push(error.message);
    }
  }
  throw new CliError(`no HSM is reachable: ${failures.join('; ')}`);
}
