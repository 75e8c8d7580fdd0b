import { services, type ServiceName } from '../../contract/index.ts';
import type { HttpRequest } from '../request.ts';
import { awsJsonCodec, targetOf } from './aws-json.ts';
import { awsQueryCodec, isForm, parameter } from './aws-query.ts';
import type { Codec } from './codec.ts';
import { routesOf } from './routes.ts';

/** Selects the codec of a request, before its signature is verified. */
export type CodecFor = (request: HttpRequest) => Codec;

/**
 * Creates the codecs of all services of the contract. A request of no known service is answered
 * like one to KMS, or to STS if it is a form.
 */
export function createCodecs(): CodecFor {
  const byPrefix = new Map<string, Codec>();
  const byVersion = new Map<string, Codec>();
  // `services` has no other keys.
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
  if (!codec) throw new Error('the contract lacks a service');
  return codec;
}
