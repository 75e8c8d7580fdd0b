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

/** An operation with everything needed to read its input. */
export interface Route {
  readonly service: ServiceName;
  readonly operation: OperationName<ServiceName>;
  /** Signing name that the credential scope must contain. */
  readonly signingName: string;
  readonly members: Members;
  readonly decode: DecodeStruct;
  readonly validate: Validate;
  /** The response has no body at all. */
  readonly emptyResponse: boolean;
}

/**
 * Returns the operations of a service by their names on the wire, with compiled decoders and
 * validators.
 */
export function routesOf(service: ServiceName): ReadonlyMap<string, Route> {
  return new Map(
    Object.entries<Members>(shapes[service]).map(([name, members]) => [
      name,
      {
        service,
        // The contract's table has no other names.
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
