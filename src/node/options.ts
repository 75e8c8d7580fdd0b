import { InvalidArgumentError } from 'commander';
import { isAddressOrBlock } from '../protocol/index.ts';
import type { HsmRate } from '../hsm/wire/index.ts';
import { awsQuotas, type Quotas, type RequestRates } from '../operations/index.ts';
import type { HostAndPort } from './option-values.ts';

/** How `keyhold up` runs. Account and Region are undefined if not given: then they are as at the first start. */
export interface UpOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly account?: string;
  readonly region?: string;
  /** Milliseconds. */
  readonly clockOffset: number;
  readonly logLevel: LogLevel;
  readonly tls?: true;
  /** PEM files; both or none. */
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly tlsName: readonly string[];
  readonly insecureListen?: true;
  /** PEM file: whose attestation documents are believed. */
  readonly attestationRoot?: string;
  /** Addresses and CIDR blocks. */
  readonly trustedProxy: readonly string[];
  /** Requests per second. */
  readonly principalRate?: number;
  /** Milliseconds. */
  readonly settleTime: number;
  readonly quota: Quotas;
  /** Cryptographic operations per second with each custom key store; Infinity for no limit. */
  readonly customKeyStoreRate: number;
  readonly awsRates?: true;
  readonly hsmRate?: HsmRate;
  /** Where machines that run HSMs connect to. */
  readonly hsmHosts?: HostAndPort;
  /** Milliseconds. */
  readonly auditRetention?: number;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Adds one `keys=500` to the quotas so far. */
export function parseQuota(text: string, quotas: Quotas): Quotas {
  const [, name = '', count = ''] = /^([a-zA-Z]+)=(\d{1,9})$/.exec(text) ?? [];
  if (!Object.hasOwn(awsQuotas, name)) {
    throw new InvalidArgumentError(
      `It is keys=500, for example; there are ${Object.keys(awsQuotas).join(', ')}.`,
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

/** Adds an address or a CIDR block to those so far. */
export function parseProxy(text: string, proxies: readonly string[]): readonly string[] {
  if (!isAddressOrBlock(text))
    throw new InvalidArgumentError('It is an address or a CIDR block: 192.0.2.1, 10.0.0.0/8.');
  return [...proxies, text];
}
