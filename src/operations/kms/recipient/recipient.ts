import type { Request } from '../../../contract/index.ts';
import { KmsError } from '../../../domain/index.ts';
import type { Services } from '../../services.ts';

type Recipient = Request<'kms', 'Decrypt'>['Recipient'];

/** SubjectPublicKeyInfo of whom the answer is for, if the attestation document is good; undefined if there is none. */
export async function recipientOf(_services: Services, recipient: Recipient): Promise<Uint8Array | undefined> {
  if (recipient === undefined) return undefined;
  throw new KmsError('UnsupportedOperationException', 'Recipient is not supported.');
}

/** A secret in its own member, or in CiphertextForRecipient if it is for a recipient. */
export function revealed<Name extends string>(
  name: Name,
  secret: Uint8Array | undefined,
  recipient: Uint8Array | undefined,
): { readonly [N in Name]?: Uint8Array } & { readonly CiphertextForRecipient?: Uint8Array } {
  // A computed name is to the compiler any name.
  if (recipient === undefined) return { [name]: secret } as { readonly [N in Name]?: Uint8Array };
  return { CiphertextForRecipient: secret } as never;
}
