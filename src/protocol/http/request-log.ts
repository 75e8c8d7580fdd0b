import type { IncomingMessage } from 'node:http';
import { errors } from '../../domain/index.ts';
import type { Handled } from '../handle.ts';
import type { HttpOptions } from './options.ts';

/**
 * Reports the results of requests and connections to metrics and to the operators' log, without
 * their content.
 */
export interface RequestLog {
  completed(
    handled: Handled,
    request: { readonly id: string; readonly message: IncomingMessage; readonly seconds: number },
  ): void;
  /** Reports a connection without a valid request. `requestId` is set if it was answered. */
  rejectedConnection(reason: string, requestId?: string): void;
  /** Reports an unexpected failure: of a probe, or a bug in this folder. */
  failed(error: unknown): void;
}

export function createRequestLog({
  log,
  observe,
}: Pick<HttpOptions, 'log' | 'observe'>): RequestLog {
  return {
    completed({ route, error }, { id, message, seconds }) {
      const { service = '', operation = '' } = route ?? {};
      observe({ service, operation, seconds, ...(error && { error: error.code }) });
      if (!error) return;
      const context = {
        requestId: id,
        service,
        operation,
        error: error.code,
        from: message.socket.remoteAddress,
      };
      const internal =
        errors[error.code].fault === 'server' && error.code !== 'ServiceUnavailableException';
      if (internal) log.error({ ...context, err: error.cause }, 'request failed');
      else if (!route) log.info(context, 'request rejected');
    },
    rejectedConnection(reason, requestId) {
      observe({ service: '', operation: '', error: reason, seconds: 0 });
      log.info({ requestId, error: reason }, 'connection rejected');
    },
    failed: (err) => log.error({ err }, 'request could not be answered'),
  };
}
