import { StartError, type Installation, type UpOptions } from '../node/index.ts';

export const UP_HELP = `
The data folder contains everything: metadata, HSMs, the audit trail (audit/trail.ndjson), the log (keyhold.log), and the
files of AWS clients (credentials, config). Only one Keyhold uses it at a time. Ctrl-C stops Keyhold and all its processes.

Examples:
  keyhold up
  keyhold up --port 0 --data /srv/keyhold --region eu-central-1
  keyhold up --host 0.0.0.0 --tls --tls-name keys.example.org
  keyhold up --clock-offset 400d      see how keys and certificates expire`;

/** The output of a started server: ready, on one line, then the next steps. */
export function readyText({ endpoint, authorityFile }: Installation, data: string): string {
  const folder = data === '.keyhold' ? '' : ` --data ${data}`;
  const trust =
    authorityFile === undefined
      ? ''
      : `  CA for clients:        ${authorityFile} (keyhold env sets AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS)\n`;
  return `Keyhold is ready at ${endpoint}

  In another terminal:   eval "$(bin/keyhold env${folder})"
  Then for example:      aws kms list-keys
                         bin/keyhold status
  Run the six steps:     bin/keyhold demo
${trust}  Data, log, trail:      ${data}
  Press Ctrl-C to stop it.
`;
}

/** The error message for a failed start, with the next step. */
export function startFailureText(error: unknown, { host, port, data }: UpOptions): string {
  const { code, message } =
    error instanceof Error
      ? (error as NodeJS.ErrnoException)
      : { code: undefined, message: 'unknown failure' };
  if (error instanceof StartError) return message;
  if (code === 'EADDRINUSE')
    return `${host}:${port} is already in use; choose another port with --port (0 picks a free one)`;
  return `could not start: ${message}; see ${data}/keyhold.log for details`;
}
