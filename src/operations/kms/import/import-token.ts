import { SecretText } from '../../../base/index.ts';
import { KmsError } from '../../../domain/index.ts';
import {
  KeyStoreError,
  type ImportAlgorithm,
  type StoredMaterial,
} from '../../../keystores/index.ts';
import type { Services } from '../../services.ts';

/**
 * Contents of an import token: the key pair that the material is wrapped for, the algorithm, the
 * key, and the expiry.
 */
export interface ImportToken {
  readonly keyArn: string;
  readonly wrappingPair: StoredMaterial;
  readonly algorithm: ImportAlgorithm;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

/** Tokens of earlier versions are invalid: their pair has no unwrap template. */
const PURPOSE = 'keyhold import token 2';

/** Seals a token, so that nobody else can create or change one. Nothing of it is stored. */
export async function sealImportToken(
  { seal }: Pick<Services, 'seal'>,
  token: ImportToken,
): Promise<Uint8Array> {
  return Buffer.from(await seal.seal(new SecretText(JSON.stringify(token)), PURPOSE), 'base64');
}

/** Opens a token. @throws KmsError InvalidImportTokenException, ExpiredImportTokenException */
export async function openImportToken(
  { seal, clock }: Pick<Services, 'seal' | 'clock'>,
  sealed: Uint8Array,
  keyArn: string,
): Promise<ImportToken> {
  const token = await open(seal, sealed);
  if (token.keyArn !== keyArn) throw new KmsError('InvalidImportTokenException');
  if (token.validTo <= clock.now()) throw new KmsError('ExpiredImportTokenException');
  return token;
}

async function open(seal: Services['seal'], sealed: Uint8Array): Promise<ImportToken> {
  try {
    // The cast is safe: only tokens from `sealImportToken` open under this purpose.
    return JSON.parse(
      (await seal.open(Buffer.from(sealed).toString('base64'), PURPOSE)).reveal(),
    ) as ImportToken;
  } catch (error) {
    if (error instanceof KeyStoreError && error.failure !== 'ciphertext-invalid') throw error;
    throw new KmsError('InvalidImportTokenException');
  }
}
