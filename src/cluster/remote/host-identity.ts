import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../base/index.ts';
import {
  exportPrivateKey,
  issueCertificate,
  makeKeyPair,
  readCsr,
  type Issuer,
} from '../../crypto/index.ts';
import { openAuthority, validity } from '../authorities.ts';

/** Common name in the control plane's certificate. A host's certificate has the host's ID. */
export const CONTROL_PLANE_CN = 'keyhold control plane';
const VALIDITY_YEARS = 25;

/** Opens the authority that certifies the control plane and its hosts to each other only. */
export function openHostAuthority(folder: string, clock: Clock): Promise<Issuer> {
  return openAuthority(folder, 'hosts-authority', { O: 'Keyhold', CN: 'Keyhold HSM hosts' }, clock);
}

/** Returns a new key and certificate of the control plane, PEM. Each start gets new ones. */
export async function controlPlaneIdentity(
  authority: Issuer,
  clock: Clock,
): Promise<{ readonly key: string; readonly cert: string }> {
  const { publicKey, privateKey } = makeKeyPair();
  const order = {
    ...validity(clock, VALIDITY_YEARS),
    subject: { O: 'Keyhold', CN: CONTROL_PLANE_CN },
    publicKey,
    ca: false,
  };
  return { key: exportPrivateKey(privateKey), cert: await issueCertificate(order, authority) };
}

/**
 * Returns the key of a certificate signing request. Undefined if the request is invalid, or the key
 * is not of the kind that hosts make.
 */
export async function hostKeyOf(csr: string): Promise<KeyObject | undefined> {
  const publicKey = (await readCsr(csr))?.publicKey;
  return publicKey?.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? publicKey : undefined;
}

/** Certifies a host's key. */
export function certifyHost(
  authority: Issuer,
  hostId: string,
  publicKey: KeyObject,
  clock: Clock,
): Promise<string> {
  const order = {
    ...validity(clock, VALIDITY_YEARS),
    subject: { O: 'Keyhold', CN: hostId },
    publicKey,
    ca: false,
  };
  return issueCertificate(order, authority);
}
