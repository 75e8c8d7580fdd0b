import { readFileSync } from 'node:fs';
import { createAttestationVerifier, type AttestationVerifier } from '../attestation/index.ts';
import { systemClock } from '../base/index.ts';
import { readCertificate } from '../crypto/index.ts';
import { StartError } from './data-folder.ts';

/**
 * Opens the verifier of attestation documents with the root certificate in `file`. Returns
 * undefined without a file. Enclaves use real time, so the verifier ignores --clock-offset.
 */
export function openAttestation(file: string | undefined): AttestationVerifier | undefined {
  if (file === undefined) return undefined;
  const root = readFileSync(file, 'utf8');
  if (!readCertificate(root))
    throw new StartError(`${file} is not a single PEM certificate; check --attestation-root`);
  return createAttestationVerifier({ root, clock: systemClock });
}
