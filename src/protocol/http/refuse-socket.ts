import type { Duplex } from 'node:stream';

interface Rejection {
  readonly status: string;
  /** Reason for logs and metrics. */
  readonly reason: string;
}

const malformed: Rejection = { status: '400 Bad Request', reason: 'MalformedHttp' };
/** Rejections by the error codes of Node's HTTP parser. */
const rejections: Readonly<Record<string, Rejection>> = {
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', reason: 'HeadersTooLarge' },
  ECONNRESET: { status: '400 Bad Request', reason: 'ConnectionReset' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', reason: 'RequestTimeout' },
};

/** Answers malformed HTTP, closes the connection, and returns the reason. */
export function refuseSocket(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  requestId: string,
): string {
  const { status, reason } = rejections[error.code ?? ''] ?? malformed;
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status}\r\nx-amzn-RequestId: ${requestId}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  socket.end(() => socket.destroy());
  return reason;
}
