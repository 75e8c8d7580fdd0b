import { KmsError } from '../domain/index.ts';
import type { Authorization } from './authorization.ts';

const REGION = /^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

/**
 * Checks the credential scope: possible Region, known service, terminator, and the day of the
 * timestamp. Throws InvalidSignatureException, which lists everything that is wrong.
 */
export function checkScope(
  { date, region, service, terminator }: Authorization,
  timestamp: string,
  signingNames: ReadonlySet<string>,
): void {
  const faults = [
    REGION.test(region)
      ? ''
      : `Credential should be scoped to a valid Region, not '${region.slice(0, 64)}'.`,
    signingNames.has(service)
      ? ''
      : `Credential should be scoped to correct service: ${Array.from(signingNames, (name) => `'${name}'`).join(', ')}.`,
    terminator === 'aws4_request'
      ? ''
      : "Credential should be scoped with a valid terminator: 'aws4_request'.",
    timestamp.startsWith(`${date}T`)
      ? ''
      : 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.',
  ].filter((fault) => fault !== '');
  if (faults.length > 0) throw new KmsError('InvalidSignatureException', faults.join(' '));
}
