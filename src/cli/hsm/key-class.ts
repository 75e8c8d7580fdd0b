import { Option, type Command } from 'commander';
import type { KeyForm, KeyPairKind } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';

export interface KeyClassOptions {
  readonly keyTypeClass: KeyClass;
  readonly modulusSizeBits?: string;
  readonly curve?: KeyPairKind;
}

/** Key classes of cloudhsm-cli. */
export const keyClasses = {
  wrapped: ['aes', 'generic-secret', 'rsa-private', 'ec-private'],
  pem: ['rsa-public', 'ec-public'],
} as const;
type KeyClass = (typeof keyClasses)['wrapped' | 'pem'][number];

const ellipticKinds: readonly KeyPairKind[] = [
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'secp256k1',
  'ed25519',
];

/** Adds the options that describe the key to import. */
export function withKeyClass(command: Command, classes: readonly KeyClass[]): Command {
  return command
    .addOption(
      new Option('--key-type-class <class>', 'class of the key')
        .choices(classes)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--modulus-size-bits <bits>', 'modulus size of an RSA key').choices([
        '2048',
        '3072',
        '4096',
      ]),
    )
    .addOption(
      new Option('--curve <curve>', 'curve of an elliptic-curve key').choices(ellipticKinds),
    );
}

export function formOf({ keyTypeClass, modulusSizeBits, curve }: KeyClassOptions): KeyForm {
  if (keyTypeClass === 'aes' || keyTypeClass === 'generic-secret')
    return { class: 'secret-key', type: keyTypeClass };
  const form = keyTypeClass.endsWith('private') ? 'private-key' : 'public-key';
  if (keyTypeClass.startsWith('ec')) {
    if (!curve) throw new CliError(`missing curve: pass --curve ${ellipticKinds.join('|')}`);
    return { class: form, type: curve };
  }
  if (!modulusSizeBits)
    throw new CliError('missing modulus size: pass --modulus-size-bits 2048|3072|4096');
  return { class: form, type: `rsa-${modulusSizeBits}` as KeyPairKind };
}
