import { InvalidArgumentError } from 'commander';
import { isAddressOrBlock } from '../protocol/index.ts';
import type { HsmRate } from '../hsm/wire/index.ts';
import { awsQuotas, type Quotas, type RequestRates } from '../operations/index.ts';
import type { HostAndPort } from './option-values.ts';

/** Options of `keyhold up`. Without `account` and `region`, those of the first start apply. */
export interface UpOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly account?: string;
  readonly region?: string;
  /** In milliseconds. */
  readonly clockOffset: number;
  readonly logLevel: LogLevel;
  readonly tls?: true;
  /** PEM files. Both or neither. */
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly tlsName: readonly string[];
  readonly insecureListen?: true;
  /** PEM file with the root certificate of trusted attestation documents. */
  readonly attestationRoot?: string;
  /** Addresses and CIDR blocks. */
  readonly trustedProxy: readonly string[];
  /** In requests per second. */
  readonly principalRate?: number;
  /** In milliseconds. */
  readonly settleTime: number;
  readonly quota: Quotas;
  /** In cryptographic operations per second of each custom key store. Infinity for no limit. */
  readonly customKeyStoreRate: number;
  readonly awsRates?: true;
  readonly hsmRate?: HsmRate;
  /** Address for the connections of other machines that run HSMs. */
  readonly hsmHosts?: HostAndPort;
  /** `local`, or the ID of the managed HSM's host. Default: as at the previous start. */
  readonly managedHsmHost?: string;
  /** PEM file with the public key that the managed HSM's admin password is sealed for. */
  readonly recoveryKey?: string;
  /** In milliseconds. */
  readonly auditRetention?: number;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Adds one `keys=500` to `quotas`. */
export function parseQuota(text: string, quotas: Quotas): Quotas {
  const [, name = '', count = ''] = /^([a-zA-Z]+)=(\d{1,9})$/.exec(text) ?? [];
  if (!Object.hasOwn(awsQuotas, name)) {
    throw new InvalidArgumentError(
      `Must be NAME=NUMBER, e.g. keys=500; names: ${Object.keys(awsQuotas).join(', ')}.`,
    );
  }
  return { ...quotas, [name]: Number(count) };
}

export function requestRates({ customKeyStoreRate, awsRates }: UpOptions): RequestRates {
  return {
    aws: awsRates === true,
    ...(customKeyStoreRate !== Infinity && { customKeyStore: customKeyStoreRate }),
  };
}

/** Adds an address or a CIDR block to `proxies`. */
export function parseProxy(text: string, proxies: readonly string[]): readonly string[] {
  if (!isAddressOrBlock(text))
    throw new InvalidArgumentError(
      'Must be an address or a CIDR block, e.g. 192.0.2.1 or 10.0.0.0/8.',
    );
  return [...proxies, text];
}
