import { services, type ServiceName } from '../../contract/index.ts';
import type { Dialect } from './codec.ts';
import { endpointsOf } from './routes.ts';
import type { Frame } from '../request.ts';
import { jsonDialect, targetOf } from './aws-json.ts';
import { isForm, parameter, queryDialect } from './aws-query.ts';

/** Tells of a request, before anything in it is believed, how it wants to be answered. */
export type DialectOf = (frame: Frame) => Dialect;

/** The dialects of all services of the contract. A request that fits none is answered as KMS or STS would. */
export function createDialects(): DialectOf {
  const byPrefix = new Map<string, Dialect>();
  const byVersion = new Map<string, Dialect>();
  // The keys of `services` are the services there are.
  for (const name of Object.keys(services) as ServiceName[]) {
    const service = services[name];
    if (service.protocol === 'json')
      byPrefix.set(service.targetPrefix, jsonDialect(service, endpointsOf(name)));
    else byVersion.set(service.version, queryDialect(service, endpointsOf(name)));
  }
  const json = known(byPrefix.get(services.kms.targetPrefix));
  const query = known(byVersion.get(services.sts.version));
  return (frame) => {
    const target = targetOf(frame);
    if (target !== '') return byPrefix.get(target.slice(0, target.indexOf('.'))) ?? json;
    return isForm(frame) ? (byVersion.get(parameter(frame, 'Version') ?? '') ?? query) : json;
  };
}

function known(dialect: Dialect | undefined): Dialect {
  if (!dialect) throw new Error('the contract has lost a service');
  return dialect;
}
