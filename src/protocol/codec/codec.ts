import type { KmsError } from '../../domain/index.ts';
import type { Endpoint } from './routes.ts';
import type { Answer, Frame } from '../request.ts';

/** How one service is spoken to: what AWS calls its protocol. */
export interface Dialect {
  /** Finds out what is asked for; throws UnknownOperationException. */
  find(frame: Frame): Endpoint;
  /** The input in the types that JSON has; throws SerializationException. */
  read(frame: Frame, endpoint: Endpoint): unknown;
  answer(endpoint: Endpoint, output: object, requestId: string): Answer;
  refuse(error: KmsError, requestId: string): Answer;
}
