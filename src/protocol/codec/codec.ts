import type { KmsError } from '../../domain/index.ts';
import type { Route } from './routes.ts';
import type { HttpResponse, HttpRequest } from '../request.ts';

/** How one service is spoken to: what AWS calls its protocol. */
export interface Codec {
  /** Finds out what is asked for; throws UnknownOperationException. */
  findRoute(request: HttpRequest): Route;
  /** The input in the types that JSON has; throws SerializationException. */
  readInput(request: HttpRequest, route: Route): unknown;
  writeOutput(route: Route, output: object, requestId: string): HttpResponse;
  writeError(error: KmsError, requestId: string): HttpResponse;
}
