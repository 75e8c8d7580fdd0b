import {
  KeyStoreError,
  type ImportedMaterial,
  type MaterialLocation,
  type NewWrappingPair,
  type StoredMaterial,
  type WrappedMaterial,
} from '../contract.ts';
import type { MaterialCommands } from './material-commands.ts';
import { importMechanisms, keyForm } from './mechanisms.ts';

/** Creates the key pair for one import. */
export async function createWrappingPair(
  commands: MaterialCommands,
  request: NewWrappingPair,
): Promise<MaterialLocation> {
  const { storage } = commands;
  return commands.translateErrors(
    (client) => storage.createWrappingPair?.(client, request) ?? Promise.reject(unsupported()),
  );
}

/**
 * Unwraps material from its owner's wrapping and wraps it under the domain key, in one command: the
 * plaintext material exists only in the HSM.
 */
export async function importMaterial(
  commands: MaterialCommands,
  wrappingPair: StoredMaterial,
  { type, algorithm, wrapped, prefix }: WrappedMaterial,
): Promise<ImportedMaterial> {
  const { domainKeyHandle } = commands.storage;
  if (domainKeyHandle === undefined) throw unsupported();
  const mechanism = importMechanisms[algorithm];
  const imported = await commands.call(wrappingPair, 'rewrapKey', (fromKey) => ({
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

function unsupported(): KeyStoreError {
  return new KeyStoreError('unsupported', 'this key store cannot import key material');
}
