import type { Read, ReadNamed } from './facts.ts';

/** PCR0 is the enclave image's. Source: "AWS KMS condition keys for AWS Nitro Enclaves", KMS Developer Guide. */
export const imageSha384: Read = ({ attestation }) => attestation?.pcrs.get(0);

/** `kms:RecipientAttestation:PCR<number>`. */
export const pcr: ReadNamed = ({ attestation }, name) => numbered(attestation?.pcrs, name);

/** `kms:RecipientAttestation:NitroTPMPCR<number>`. */
export const tpmPcr: ReadNamed = ({ attestation }, name) => numbered(attestation?.tpmPcrs, name);

function numbered(pcrs: ReadonlyMap<number, string> | undefined, name: string): string | undefined {
  return /^\d{1,2}$/.test(name) ? pcrs?.get(Number(name)) : undefined;
}
