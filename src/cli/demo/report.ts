import type { Scene } from './scene.ts';
import type { Views } from './steps.ts';

const NAME_COLUMN_CHARS = 22;

/** Formats the key as shown by KMS and as shown by the HSMs. */
export function twoViews({ kms, hsm, audit }: Views): string {
  const { attributes } = hsm;
  return [
    '\nThe key in KMS (DescribeKey):\n',
    ...(['Arn', 'KeyState', 'Origin', 'CustomKeyStoreId', 'CloudHsmClusterId'] as const).map(
      (name) => row(name, kms[name]),
    ),
    '\nThe same key in the HSMs (key list --verbose, logged in as kmsuser):\n',
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
          '\nIts entry in the HSM’s own audit log, which KMS cannot write:\n',
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

/** Explains the output, and what the demo leaves behind. */
export function explanation(scene: Scene, temporary: boolean): string {
  return `
What you saw
  The key material was generated in two HSM processes. Their own users control them, not KMS. The key's label
  is its ARN, and it is not extractable. KMS used it as kmsuser, with a password that only KMS knew.
  To show the key, the demo took control of kmsuser: it disconnected the key store (KMS could then no longer
  use the key), changed the password as the HSMs' admin, logged in, read the key, and gave KMS the password.
  Callers use the same Encrypt and Decrypt for this key as for a key of the default key store.
${
  temporary
    ? '\nThe temporary server and all its keys are removed. Start a permanent one with `keyhold up`.\n'
    : `
What is left on the server
  Cluster ${scene.clusterId} with two HSMs, custom key store ${scene.storeId}, and two KMS keys.
  \`keyhold status\` lists the cluster and the store. The cluster's passwords were generated for the demo and not kept.
`
}`;
}
