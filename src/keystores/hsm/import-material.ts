import {
  KeyStoreError,
  type ForeignMaterial,
  type ImportedMaterial,
  type Placed,
} from '../contract.ts';
import type { Handles } from './material-commands.ts';
import { importMechanisms, keyForm } from './mechanisms.ts';

/** Out of its owner's wrapping and under the domain key in one command: in clear the material is in the HSM only. */
export async function importMaterial(
  handles: Handles,
  wrappingPair: Placed,
  { type, algorithm, wrapped, prefix }: ForeignMaterial,
): Promise<ImportedMaterial> {
  const { domainKeyHandle } = handles.placement;
  if (domainKeyHandle === undefined)
    throw new KeyStoreError('unsupported', 'this key store takes no material in');
  const mechanism = importMechanisms[algorithm];
  const imported = await handles.using(wrappingPair, 'rewrapKey', (fromKey) => ({
    fromKey,
    mechanism,
    wrapped,
    form: keyForm(type.kind),
    toKey: domainKeyHandle,
    prefix,
  }));
  const { length, fingerprint, publicKey } = imported;
  const token = Buffer.from(imported.wrapped).toString('base64');
  const location = {
    kind: type.kind,
    token,
    domainKeyHandle,
    ...(publicKey && { publicKey: Buffer.from(publicKey).toString('base64') }),
  };
  return { location, length, fingerprint };
}
