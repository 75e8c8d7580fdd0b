import type { IncomingMessage } from 'node:http';
import { errors } from '../../domain/index.ts';
import type { Handled } from '../handle.ts';
import type { HttpOptions } from './options.ts';

/** Tells metrics and the operators' log what came of requests and connections. Nothing of their content. */
export interface RequestLog {
  completed(
    handled: Handled,
    request: { readonly id: string; readonly message: IncomingMessage; readonly seconds: number },
  ): void;
  /** A connection that sent no request: why, and the id that it was answered with, if it was. */
  rejectedConnection(reason: string, requestId?: string): void;
  /** What no error of the API stands for: a probe that failed, or a mistake in here. */
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
      const ours =
        errors[error.code].fault === 'server' && error.code !== 'ServiceUnavailableException';
      if (ours) log.error({ ...context, err: error.cause }, 'a request failed');
      else if (!route) log.info(context, 'a request was refused');
    },
    rejectedConnection(reason, requestId) {
      observe({ service: '', operation: '', error: reason, seconds: 0 });
      log.info({ requestId, error: reason }, 'a connection was refused');
    },
    failed: (err) => log.error({ err }, 'a request could not be answered'),
  };
}
