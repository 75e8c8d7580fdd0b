import { AttestationError, type Attestation } from '../../../attestation/index.ts';
import type { Request } from '../../../contract/index.ts';
import { KmsError } from '../../../domain/index.ts';
import type { CallContext } from '../../operation.ts';
import type { Services } from '../../services.ts';

type Recipient = Request<'kms', 'Decrypt'>['Recipient'];

/**
 * Verifies the recipient's attestation document and returns its public key (SubjectPublicKeyInfo).
 * Returns undefined if the request names no recipient. Notes the enclave's identity for the audit
 * record.
 */
export function recipientOf(
  { attestation }: Pick<Services, 'attestation'>,
  recipient: Recipient,
  { note }: Pick<CallContext, 'note'>,
): Uint8Array | undefined {
  if (recipient === undefined) return undefined;
  const { AttestationDocument: document, KeyEncryptionAlgorithm: algorithm } = recipient;
  if (document === undefined) throw invalid('Recipient needs an AttestationDocument.');
  if (algorithm === undefined) throw invalid('Recipient needs a KeyEncryptionAlgorithm.');
  if (!attestation) {
    throw new KmsError(
      'UnsupportedOperationException',
      'Recipient is not supported: no root of attestation documents is configured (keyhold up --attestation-root).',
    );
  }
  try {
    const enclave = attestation.verify(document);
    note({ recipient: recorded(enclave) });
    return enclave.publicKey;
  } catch (error) {
    if (error instanceof AttestationError) throw invalid(error.message);
    throw error;
  }
}

/**
 * PCRs that CloudTrail records. Source: "Monitoring requests for Nitro enclaves", KMS Developer
 * Guide.
 */
const RECORDED = [1, 2, 3, 4, 8];

function recorded({ moduleId, pcrs }: Attestation): Readonly<Record<string, string>> {
  const image = pcrs.get(0);
  const others = RECORDED.flatMap((index) => {
    const value = pcrs.get(index);
    return value === undefined ? [] : [[`attestationDocumentEnclavePCR${index}`, value]];
  });
  return {
    attestationDocumentModuleId: moduleId,
    ...(image !== undefined && { attestationDocumentEnclaveImageDigest: image }),
    ...Object.fromEntries(others),
  };
}

/** Returns a secret in its own member, or in CiphertextForRecipient if it is for a recipient. */
export function revealed<Name extends string>(
  name: Name,
  secret: Uint8Array | undefined,
  recipient: Uint8Array | undefined,
): { readonly [N in Name | 'CiphertextForRecipient']?: Uint8Array } {
  // The compiler widens a computed name to any string.
  return { [recipient === undefined ? name : 'CiphertextForRecipient']: secret } as ReturnType<
    typeof revealed<Name>
  >;
}

function invalid(text: string): KmsError {
  return new KmsError('ValidationException', text);
}
