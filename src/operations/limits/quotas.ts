/** Resource quotas. Exceeding one fails with LimitExceededException. */
export interface Quotas {
  /** Customer managed keys per account and Region, whatever their state. */
  readonly keys: number;
  readonly aliasesPerKey: number;
  readonly grantsPerKey: number;
  /** Custom key stores per account and Region, whatever their state. */
  readonly customKeyStores: number;
}

/**
 * AWS's quotas. `keyhold up --quota keys=500` overrides one. Source: "Resource quotas" in the AWS
 * KMS Developer Guide.
 */
export const awsQuotas: Quotas = {
  keys: 100_000,
  aliasesPerKey: 50,
  grantsPerKey: 50_000,
  customKeyStores: 10,
};
