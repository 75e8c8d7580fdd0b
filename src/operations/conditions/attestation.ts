import type { Attestation } from '../../attestation/index.ts';
import type { Request } from '../../contract/index.ts';
import type { Services } from '../services.ts';
import type { ConditionKeyReader, NamedKeyReader } from './condition-inputs.ts';

type Recipient = Request<'kms', 'Decrypt'>['Recipient'];

/**
 * Verifies the attestation document of a request, for conditions. Returns undefined if the request
 * has none, or if verification fails.
 */
export function attestationOf(
  { attestation }: Pick<Services, 'attestation'>,
  input: object,
): Attestation | undefined {
  // The cast is safe: wherever the contract has a Recipient, it has this shape.
  const { Recipient } = input as { readonly Recipient?: Recipient };
  if (!attestation || Recipient?.AttestationDocument === undefined) return undefined;
  try {
    return attestation.verify(Recipient.AttestationDocument);
  } catch {
    return undefined;
  }
}

/**
 * PCR0 is the enclave image. Source: "AWS KMS condition keys for AWS Nitro Enclaves", KMS Developer
 * Guide.
 */
export const imageSha384: ConditionKeyReader = ({ attestation }) => attestation?.pcrs.get(0);

/** `kms:RecipientAttestation:PCR<number>`. */
export const pcr: NamedKeyReader = ({ attestation }, name) => numbered(attestation?.pcrs, name);

/** `kms:RecipientAttestation:NitroTPMPCR<number>`. */
export const tpmPcr: NamedKeyReader = ({ attestation }, name) =>
  numbered(attestation?.tpmPcrs, name);

function numbered(pcrs: ReadonlyMap<number, string> | undefined, name: string): string | undefined {
  return /^\d{1,2}$/.test(name) ? pcrs?.get(Number(name)) : undefined;
}
