import type { Scene } from './scene.ts';
import type { Views } from './steps.ts';

const NAME_COLUMN_CHARS = 22;

/** The key as KMS shows it, and as the HSMs show it, one below the other. */
export function twoViews({ kms, hsm, audit }: Views): string {
  const { attributes } = hsm;
  return [
    '\nThe key as KMS shows it (DescribeKey):\n',
    ...(['Arn', 'KeyState', 'Origin', 'CustomKeyStoreId', 'CloudHsmClusterId'] as const).map(
      (name) => row(name, kms[name]),
    ),
    '\nThe same key as the HSMs show it (key list --verbose, logged in as kmsuser):\n',
    row('key-reference', `0x${hsm.handle}`),
    row('owner', hsm.owner),
    row('coverage', `${hsm.coverage.on} of ${hsm.coverage.of} HSMs`),
    ...(
      [
        'label',
        'key-type',
        'key-length-bytes',
        'check-value',
        'extractable',
        'never-extractable',
        'local',
      ] as const
    ).map((name) => row(name, attributes[name])),
    ...(audit
      ? [
          '\nAnd the HSM’s own audit log, which KMS can’t write:\n',
          row(
            `sequence ${audit.sequence}`,
            `${audit.opcode} by ${audit.username ?? '-'}: ${audit.response}`,
          ),
        ]
      : []),
  ].join('');
}

function row(name: string, value: unknown): string {
  return `  ${name.padEnd(NAME_COLUMN_CHARS)} ${String(value)}\n`;
}

export function explanation(scene: Scene, temporary: boolean): string {
  return `
What you saw
  The key's material was generated in two HSM processes that obey their own users, not KMS. Its label is the
  key's ARN; it is not extractable. KMS used it as kmsuser, with a password that only KMS knew.
  To look at it, the demo took that user back: it disconnected the store (from then on KMS could not use the
  key), changed the password as the HSMs' admin, logged in, looked, and gave the password to KMS again.
  Callers used the same Encrypt and Decrypt for this key and for one of the default key store.
${
  temporary
    ? '\nThe temporary Keyhold and all its keys are gone. `keyhold up` starts one that stays.\n'
    : `
What is left on the server
  cluster ${scene.clusterId} with two HSMs, custom key store ${scene.storeId}, and two KMS keys.
  \`keyhold status\` shows them. Nobody has the passwords of this cluster: they were made for the demo.
`
}`;
}
