import {
  services,
  shapes,
  withoutOutput,
  type Members,
  type OperationName,
  type ServiceName,
} from '../../contract/index.ts';
import { compileStruct, type DecodeStruct } from './decode.ts';
import { compileValidator, type Validate } from './validate.ts';

/** One operation as the outer half knows it: how to read its input. */
export interface Route {
  readonly service: ServiceName;
  readonly operation: OperationName<ServiceName>;
  /** What the credential scope must name. */
  readonly signingName: string;
  readonly members: Members;
  readonly decode: DecodeStruct;
  readonly validate: Validate;
  /** The answer has no body at all. */
  readonly emptyResponse: boolean;
}

/** Every operation of a service by its name on the wire, its decoder and validator compiled. */
export function routesOf(service: ServiceName): ReadonlyMap<string, Route> {
  return new Map(
    Object.entries<Members>(shapes[service]).map(([name, members]) => [
      name,
      {
        service,
        // The names in the contract's table are the operations there are.
        operation: name as OperationName<ServiceName>,
        signingName: services[service].signingName,
        members,
        decode: compileStruct(members),
        validate: compileValidator(members),
        emptyResponse: service === 'kms' && withoutOutput.has(name),
      },
    ]),
  );
}
