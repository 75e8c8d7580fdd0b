import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { systemClock } from '../base/index.ts';
import type { OperationName, Request, Response, services } from '../contract/index.ts';
import type { HsmAddress } from '../hsm/client/index.ts';
import { signRequest } from '../sigv4/index.ts';
import { accessInEnv, type ApiAccess } from './access.ts';
import { CliError, messageOf, type Env } from './io.ts';

/** Longer than any operation. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * `X-Amz-Target` before the dot. Repeated here, so that starting the CLI does not load the
 * contract; the compiler compares both.
 */
const targetPrefixes = {
  kms: 'TrentService',
  cloudhsm: 'BaldrApiService',
  keyhold: 'Keyhold_20261124',
} as const satisfies { readonly [S in JsonServiceName]: (typeof services)[S]['targetPrefix'] };
type JsonServiceName = 'kms' | 'cloudhsm' | 'keyhold';

/** A value as JSON carries it: times in epoch seconds, bytes in base64. */
export type Json<T> = T extends Date
  ? number
  : T extends Uint8Array
    ? string
    : T extends readonly (infer E)[]
      ? readonly Json<E>[]
      : T extends object
        ? { readonly [K in keyof T]: Json<T[K]> }
        : T;
export type JsonResponse<S extends JsonServiceName, N extends OperationName<S>> = Json<
  Response<S, N>
>;

/**
 * Calls an operation of Keyhold's JSON 1.1 APIs. Rejects with `CliError` if Keyhold can't be
 * reached or answers with an error.
 */
export type Api = <S extends JsonServiceName, N extends OperationName<S>>(
  service: S,
  operation: N,
  input: Json<Request<S, N>>,
) => Promise<JsonResponse<S, N>>;

export function createApi(access: ApiAccess): Api {
  return async <S extends JsonServiceName, N extends OperationName<S>>(
    service: S,
    operation: N,
    input: Json<Request<S, N>>,
  ): Promise<JsonResponse<S, N>> => {
    const target = `${targetPrefixes[service]}.${operation}`;
    const response = await post(access, service, target, JSON.stringify(input));
    const body = decode(await text(response), access.endpoint);
    // A successful response has the type that the contract declares.
    if (response.statusCode === 200) return body as JsonResponse<S, N>;
    throw new CliError(errorText(body, response.statusCode));
  };
}

async function post(
  access: ApiAccess,
  service: string,
  target: string,
  body: string,
): Promise<IncomingMessage> {
  const url = new URL(access.endpoint);
  const unsigned = {
    host: url.host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': target,
  };
  const signed = {
    method: 'POST',
    headers: unsigned,
    body,
    region: access.region,
    service,
    credentials: access,
    now: systemClock.now(),
  };
  const headers = { ...signRequest(signed), 'content-length': Buffer.byteLength(body) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const ca = access.authorityFile === undefined ? undefined : readFileSync(access.authorityFile);
  const request = send(new URL('/', url), {
    method: 'POST',
    headers,
    timeout: REQUEST_TIMEOUT_MS,
    ...(ca && { ca }),
  });
  request.on('response', resolve).on('error', reject);
  request.on('timeout', () =>
    request.destroy(new Error(`no response within ${REQUEST_TIMEOUT_MS / 1_000} s`)),
  );
  request.end(body);
  try {
    return await promise;
  } catch (error) {
    throw new CliError(
      `Keyhold is not reachable at ${access.endpoint} (${messageOf(error)}); start it with \`keyhold up\``,
    );
  }
}

function decode(body: string, endpoint: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new CliError(
      `the server at ${endpoint} is not Keyhold; check AWS_ENDPOINT_URL or --data`,
    );
  }
}

function errorText(body: unknown, status: number | undefined): string {
  const {
    __type: type = `status ${status}`,
    message,
    Message = message,
  } = Object(body) as Record<string, unknown>;
  const name = String(type).split('#').at(-1);
  return typeof Message === 'string' ? `${name}: ${Message}` : String(name);
}

export type Cluster = NonNullable<JsonResponse<'cloudhsm', 'DescribeClusters'>['Clusters']>[number];

/** The HSMs of a cluster, and the certificate that they present. */
export interface ClusterTarget {
  /** Addresses of the running HSMs. */
  readonly addresses: readonly HsmAddress[];
  /** PEM. Undefined before the cluster is initialized. */
  readonly clusterCertificate: string | undefined;
}

/** Returns how to connect to a cluster, from DescribeClusters. */
export async function describeCluster(env: Env, clusterId: string): Promise<ClusterTarget> {
  const cluster = await describe(env, clusterId);
  return {
    addresses: addressesIn(cluster),
    clusterCertificate: cluster.Certificates?.ClusterCertificate,
  };
}

export function addressesIn({ Hsms = [] }: Cluster): HsmAddress[] {
  return Hsms.flatMap(({ HsmId: hsmId, State, EniIp: host, EniPort: port }) => {
    const usable =
      (State === 'ACTIVE' || State === 'DEGRADED') &&
      host !== undefined &&
      port !== undefined &&
      port > 0;
    return usable ? [{ hsmId, host, port }] : [];
  });
}

async function describe(env: Env, clusterId: string): Promise<Cluster> {
  const { Clusters = [] } = await createApi(accessInEnv(env))('cloudhsm', 'DescribeClusters', {
    Filters: { clusterIds: [clusterId] },
  });
  const [cluster] = Clusters;
  if (!cluster)
    throw new CliError(`cluster ${clusterId} not found; list the clusters with \`keyhold status\``);
  return cluster;
}
