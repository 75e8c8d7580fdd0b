/** How much there may be of something; more is a LimitExceededException. */
export interface Quotas {
  /** Customer managed keys per account and Region, whatever their state. */
  readonly keys: number;
  readonly aliasesPerKey: number;
  readonly grantsPerKey: number;
  /** Custom key stores per account and Region, whatever their state. */
  readonly customKeyStores: number;
}

/** Source: "Resource quotas" in the AWS KMS Developer Guide. Each can be set otherwise: `keyhold up --quota keys=500`. */
export const awsQuotas: Quotas = {
  keys: 100_000,
  aliasesPerKey: 50,
  grantsPerKey: 50_000,
  customKeyStores: 10,
};
