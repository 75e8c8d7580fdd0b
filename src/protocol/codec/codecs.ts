import { services, type ServiceName } from '../../contract/index.ts';
import type { Codec } from './codec.ts';
import { routesOf } from './routes.ts';
import type { HttpRequest } from '../request.ts';
import { awsJsonCodec, targetOf } from './aws-json.ts';
import { isForm, parameter, awsQueryCodec } from './aws-query.ts';

/** Tells of a request, before anything in it is believed, how it wants to be answered. */
export type CodecFor = (request: HttpRequest) => Codec;

/** The codecs of all services of the contract. A request that fits none is answered as KMS or STS would. */
export function createCodecs(): CodecFor {
  const byPrefix = new Map<string, Codec>();
  const byVersion = new Map<string, Codec>();
  // The keys of `services` are the services there are.
  for (const name of Object.keys(services) as ServiceName[]) {
    const service = services[name];
    if (service.protocol === 'json')
      byPrefix.set(service.targetPrefix, awsJsonCodec(service, routesOf(name)));
    else byVersion.set(service.version, awsQueryCodec(service, routesOf(name)));
  }
  const json = known(byPrefix.get(services.kms.targetPrefix));
  const query = known(byVersion.get(services.sts.version));
  return (request) => {
    const target = targetOf(request);
    if (target !== '') return byPrefix.get(target.slice(0, target.indexOf('.'))) ?? json;
    return isForm(request) ? (byVersion.get(parameter(request, 'Version') ?? '') ?? query) : json;
  };
}

function known(codec: Codec | undefined): Codec {
  if (!codec) throw new Error('the contract has lost a service');
  return codec;
}
