import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { systemClock } from '../base/index.ts';
import type { HsmAddress } from '../hsm/client/index.ts';
import { signRequest } from '../sigv4/index.ts';
import { accessInEnv, type Access } from './access.ts';
import { CliError, messageOf, type Env } from './io.ts';

/** Longer than any operation takes. */
const TIMEOUT = 30_000;

/** Calls an operation of Keyhold's JSON 1.1 APIs with the credentials of the environment. */
export function callApi(
  env: Env,
  service: string,
  target: string,
  input: object,
): Promise<unknown> {
  return callApiAs(accessInEnv(env), service, target, input);
}

/** Fails with `CliError` if Keyhold can't be reached or answers with an error. */
export async function callApiAs(
  access: Access,
  service: string,
  target: string,
  input: object,
): Promise<unknown> {
  const response = await post(access, service, target, JSON.stringify(input));
  const answer = decode(await text(response), access.endpoint);
  if (response.statusCode === 200) return answer;
  throw new CliError(refusal(answer, response.statusCode));
}

/** Calls one Keyhold with one access: the service's name and the operation's are enough. */
export type Api = <R>(
  service: keyof typeof targetPrefixes,
  operation: string,
  input: object,
) => Promise<R>;

const targetPrefixes = {
  kms: 'TrentService',
  cloudhsm: 'BaldrApiService',
  keyhold: 'Keyhold_20261124',
} as const;

export function createApi(access: Access): Api {
  // The caller names the shape that the API documents for the operation's answer.
  return <R>(service: keyof typeof targetPrefixes, operation: string, input: object) =>
    callApiAs(access, service, `${targetPrefixes[service]}.${operation}`, input) as Promise<R>;
}

async function post(
  access: Access,
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
    timeout: TIMEOUT,
    ...(ca && { ca }),
  });
  request.on('response', resolve).on('error', reject);
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  request.end(body);
  try {
    return await promise;
  } catch (error) {
    throw new CliError(
      `Keyhold does not answer at ${access.endpoint} (${messageOf(error)}); is it running? \`keyhold up\` starts it`,
    );
  }
}

function decode(body: string, endpoint: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new CliError(`what answers at ${endpoint} is not Keyhold`);
  }
}

function refusal(answer: unknown, status: number | undefined): string {
  const {
    __type: type = `status ${status}`,
    message,
    Message = message,
  } = Object(answer) as Record<string, unknown>;
  const name = String(type).split('#').at(-1);
  return typeof Message === 'string' ? `${name}: ${Message}` : String(name);
}

interface DescribedHsm {
  readonly HsmId: string;
  readonly State: string;
  readonly EniIp?: string;
  /** Not AWS's: there all HSMs listen on one port. */
  readonly EniPort?: number;
}

/** What a cluster's HSMs are known by before a customer's CA vouches for them; PEM. */
interface DescribedCertificates {
  readonly HsmCertificate?: string;
  readonly ManufacturerHardwareCertificate?: string;
}

interface DescribedCluster {
  readonly Hsms?: readonly DescribedHsm[];
  readonly Certificates?: DescribedCertificates;
}

/** The HSMs of a cluster that can be talked to, from DescribeClusters. */
export async function describeCluster(env: Env, clusterId: string): Promise<readonly HsmAddress[]> {
  return ((await describe(env, clusterId)).Hsms ?? []).flatMap(
    ({ HsmId: hsmId, State, EniIp: host, EniPort: port }) => {
      const usable =
        (State === 'ACTIVE' || State === 'DEGRADED') &&
        host !== undefined &&
        port !== undefined &&
        port > 0;
      return usable ? [{ hsmId, host, port }] : [];
    },
  );
}

export async function describeCertificates(
  env: Env,
  clusterId: string,
): Promise<DescribedCertificates> {
  return (await describe(env, clusterId)).Certificates ?? {};
}

async function describe(env: Env, clusterId: string): Promise<DescribedCluster> {
  const answer = await callApi(env, 'cloudhsm', 'BaldrApiService.DescribeClusters', {
    Filters: { clusterIds: [clusterId] },
  });
  const [cluster] = (answer as { readonly Clusters: readonly DescribedCluster[] }).Clusters;
  if (!cluster)
    throw new CliError(`there is no cluster ${clusterId}; \`keyhold status\` lists the clusters`);
  return cluster;
}
