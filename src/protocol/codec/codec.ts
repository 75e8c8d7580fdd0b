import type { KmsError } from '../../domain/index.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import type { Route } from './routes.ts';

/** The protocol of one service, in the sense of AWS: awsJson1_1 or awsQuery. */
export interface Codec {
  /** Finds the operation of a request. Throws UnknownOperationException. */
  findRoute(request: HttpRequest): Route;
  /** Reads the input as values of JSON. Throws SerializationException. */
  readInput(request: HttpRequest, route: Route): unknown;
  writeOutput(route: Route, output: object, requestId: string): HttpResponse;
  writeError(error: KmsError, requestId: string): HttpResponse;
}
