import { readFileSync } from 'node:fs';
import { createAttestationVerifier, type AttestationVerifier } from '../attestation/index.ts';
import { systemClock } from '../base/index.ts';
import { readCertificate } from '../crypto/index.ts';
import { StartError } from './data-folder.ts';

/** Believes attestation documents under the root in this file; none if there is no file. Enclaves have the machine's time. */
export function openAttestation(file: string | undefined): AttestationVerifier | undefined {
  if (file === undefined) return undefined;
  const root = readFileSync(file, 'utf8');
  if (!readCertificate(root)) throw new StartError(`${file} is not one certificate in PEM`);
  return createAttestationVerifier({ root, clock: systemClock });
}
