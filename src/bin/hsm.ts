/**
 * The program of an HSM process. The control plane starts it with the HSM's ID as argument and the
 * control channel on file descriptor 3.
 */
import { Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { SecretText, systemClock, type Logger } from '../base/index.ts';
import { ControlService } from '../hsm/index.ts';

const passphrase = process.env['KEYHOLD_HSM_PASSPHRASE'];
// Child processes must not inherit it.
delete process.env['KEYHOLD_HSM_PASSPHRASE'];
const secret = {
  credentialsFolder: process.env['CREDENTIALS_DIRECTORY'],
  passphrase: passphrase === undefined ? undefined : new SecretText(passphrase),
};

/** Writes short lines. The control plane's log adds the time and the HSM. */
const log: Logger = {
  debug: () => undefined,
  info: (context, message) => console.log(line(context, message)),
  warn: (context, message) => console.error(line(context, message)),
  error: (context, message) => console.error(line(context, message)),
};

function line(context: object, message: string): string {
  const fields = Object.entries(context).map(
    ([name, value]) =>
      `${name}=${value instanceof Error ? `${value.name}: ${value.message}` : value}`,
  );
  return [message, ...fields].join(' ').replaceAll('\n', ' ');
}

// When the control plane has gone, the log has no reader. The HSM must still stop in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Given by `hsm serve` only: the control plane knows no folder or address of another machine. */
const { values: given } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string' }, host: { type: 'string' }, port: { type: 'string' } },
});
const { root, host = '127.0.0.1', port = '0' } = given;
const location = root === undefined ? undefined : { root, host, port: Number(port) };

const service = new ControlService({
  channel: new Socket({ fd: 3 }),
  secret,
  clock: systemClock,
  log,
  location,
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => service.stop());
await service.stopped;
process.exit();
