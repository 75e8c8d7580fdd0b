import { StartError, type Installation, type UpOptions } from '../node/index.ts';

export const UP_HELP = `
Everything is in the data folder: metadata, HSMs, the audit trail (audit/trail.ndjson), the log (keyhold.log), and what
AWS clients need (credentials, config). One Keyhold uses it at a time. Ctrl-C stops it, and all its processes with it.

Examples:
  keyhold up
  keyhold up --port 0 --data /srv/keyhold --region eu-central-1
  keyhold up --host 0.0.0.0 --tls --tls-name keys.example.org
  keyhold up --clock-offset 400d      see what becomes of keys and certificates`;

/** That it is ready, on one line, and what to do next. */
export function readyText({ endpoint, authorityFile }: Installation, data: string): string {
  const folder = data === '.keyhold' ? '' : ` --data ${data}`;
  const trust =
    authorityFile === undefined
      ? ''
      : `  What clients trust:    ${authorityFile} (keyhold env sets AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS)\n`;
  return `Keyhold is ready at ${endpoint}

  In another terminal:   eval "$(bin/keyhold env${folder})"
  then for example:      aws kms list-keys
                         bin/keyhold status
  See the six steps:     bin/keyhold demo
${trust}  Data, log, trail:      ${data}
  Stop it with Ctrl-C.
`;
}

/** Why it did not start, and what can be done about it. */
export function whatToDo(error: unknown, { host, port, data }: UpOptions): string {
  const { code, message } =
    error instanceof Error
      ? (error as NodeJS.ErrnoException)
      : { code: undefined, message: 'unknown failure' };
  if (error instanceof StartError) return message;
  if (code === 'EADDRINUSE')
    return `${host}:${port} is in use; choose another port with --port (0: any free one)`;
  return `could not start: ${message}; ${data}/keyhold.log may say more`;
}
