/** An HSM process. The control plane starts it, with the HSM's id as argument and the control channel on descriptor 3. */
import { Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { SecretText, systemClock, type Logger } from '../base/index.ts';
import { ControlService } from '../hsm/index.ts';

const passphrase = process.env['KEYHOLD_HSM_PASSPHRASE'];
// Programs that this process might ever start have no business with it.
delete process.env['KEYHOLD_HSM_PASSPHRASE'];
const secret = {
  credentialsFolder: process.env['CREDENTIALS_DIRECTORY'],
  passphrase: passphrase === undefined ? undefined : new SecretText(passphrase),
};

/** Short lines for the control plane's log, which adds time and HSM. */
const log: Logger = {
  debug: () => undefined,
  info: (context, message) => console.log(line(context, message)),
  warn: (context, message) => console.error(line(context, message)),
  error: (context, message) => console.error(line(context, message)),
};

function line(context: object, message: string): string {
  const facts = Object.entries(context).map(
    ([name, value]) =>
      `${name}=${value instanceof Error ? `${value.name}: ${value.message}` : value}`,
  );
  return [message, ...facts].join(' ').replaceAll('\n', ' ');
}

// Nobody reads the log any more when the control plane is gone; the HSM still has to stop in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** On a machine of its own, where the control plane doesn't know what there is. */
const { values: given } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string' }, host: { type: 'string' }, port: { type: 'string' } },
});
const { root, host = '127.0.0.1', port = '0' } = given;
const place = root === undefined ? undefined : { root, host, port: Number(port) };

const service = new ControlService({
  channel: new Socket({ fd: 3 }),
  secret,
  clock: systemClock,
  log,
  location: place,
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => service.stop());
await service.stopped;
process.exit();
