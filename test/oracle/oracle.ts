/**
 * Independent policy evaluator for comparison: `@cloud-copilot/iam-simulate`. Its licence is the
 * AGPL, so Keyhold neither depends on it nor ships it. The test uses it only if it is installed in
 * a separate folder.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { account, type GeneratedRequest, type Policies } from './generated-case.ts';

export type Verdict = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';
export type Oracle = (policies: Policies) => (request: GeneratedRequest) => Verdict;

/**
 * The parts of the package that the test uses. They are internal to it, so `.ci/run` pins its
 * version.
 */
interface Engine {
  readonly authorize: (request: object) => { readonly result: Verdict };
}
interface Requests {
  readonly AwsRequestImpl: new (
    principal: string,
    resource: object,
    action: string,
    context: object,
    wildcardOnly: boolean,
  ) => object;
}
interface Contexts {
  readonly RequestContextImpl: new (values: object) => object;
}
interface Constraints {
  readonly DiscoveryContextKeyConstraints: new (constraints: readonly never[]) => object;
}
interface Loader {
  readonly loadPolicy: (document: object, metadata: object) => object;
}

/** @param folder the prefix of `npm install --prefix` */
export async function loadOracle(folder: string): Promise<Oracle> {
  const from = (path: string): Promise<unknown> =>
    import(pathToFileURL(join(folder, 'node_modules/@cloud-copilot', path)).href);
  const { authorize } = (await from(
    'iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js',
  )) as Engine;
  const { AwsRequestImpl } = (await from('iam-simulate/dist/esm/request/request.js')) as Requests;
  const { RequestContextImpl } = (await from(
    'iam-simulate/dist/esm/requestContext.js',
  )) as Contexts;
  const { DiscoveryContextKeyConstraints } = (await from(
    'iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js',
  )) as Constraints;
  const { loadPolicy } = (await from('iam-policy/dist/esm/index.js')) as Loader;
  const load = (document: object): object => loadPolicy(document, { name: 'policy' });
  return ({ identity, boundary, session, serviceControl, key }) => {
    const loaded = {
      identityPolicies: identity.map((document) => load(document)),
      serviceControlPolicies: serviceControl
        ? [{ orgIdentifier: 'account', policies: [load(serviceControl)] }]
        : [],
      resourceControlPolicies: [],
      resourcePolicy: load(key),
      permissionBoundaries: boundary && [load(boundary)],
      sessionPolicy: session && load(session),
      vpcEndpointPolicies: undefined,
      simulationParameters: {
        simulationMode: 'Strict',
        discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]),
      },
      serviceSettings: {},
    };
    // The oracle denies everything if there is no service control policy, so one allows all.
    if (!serviceControl)
      loaded.serviceControlPolicies.push({ orgIdentifier: 'account', policies: [load(allowAll)] });
    return ({ principal, action, resource, context }) => {
      const everywhere = resource === '*';
      const place = { resource, accountId: everywhere ? principal.account : account };
      const request = new AwsRequestImpl(
        principal.arn,
        place,
        action,
        new RequestContextImpl(context),
        everywhere,
      );
      return authorize({ ...loaded, ...(everywhere && { resourcePolicy: undefined }), request })
        .result;
    };
  };
}

const allowAll = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
