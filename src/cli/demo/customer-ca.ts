import type { Clock } from '../../base/index.ts';
import { createAuthority, issueCertificate, makeKeyPair, readCsr } from '../../crypto/index.ts';

const YEAR_MS = 365 * 86_400_000;

/** A customer's certificate authority, like one created with openssl. */
export interface CustomerCa {
  /** The file customerCA.crt, as PEM. */
  readonly certificate: string;
  /** Signs the cluster's CSR. Input and output are PEM. */
  sign(csr: string): Promise<string>;
}

export async function createCustomerCa(clock: Clock): Promise<CustomerCa> {
  const keys = makeKeyPair();
  const notBefore = clock.now() - 60_000;
  const validity = { notBefore, notAfter: notBefore + 10 * YEAR_MS };
  const certificate = await createAuthority(
    keys,
    { O: 'Example Corp', CN: 'customerCA' },
    validity,
  );
  return {
    certificate,
    async sign(csr) {
      const request = await readCsr(csr);
      if (!request) throw new Error('the cluster CSR is malformed');
      const order = {
        ...validity,
        subject: { O: 'Example Corp', CN: 'cluster' },
        publicKey: request.publicKey,
        ca: false,
      };
      return issueCertificate(order, { certificate, privateKey: keys.privateKey });
    },
  };
}
