/** Amazon Resource Names of KMS, CloudHSM and IAM. */

/** An account and Region, which partition all regional resources. */
export interface Scope {
  readonly account: string;
  readonly region: string;
}

export interface KmsArn extends Scope {
  readonly partition: string;
  /** The part after the account: `key/<id>` or `alias/<name>`. */
  readonly resource: string;
}

export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}

export function keyArn(scope: Scope, keyId: string): string {
  return `arn:${partitionOf(scope.region)}:kms:${scope.region}:${scope.account}:key/${keyId}`;
}

/** Returns the ARN of an alias. `name` includes its `alias/` prefix. */
export function aliasArn(scope: Scope, name: string): string {
  return `arn:${partitionOf(scope.region)}:kms:${scope.region}:${scope.account}:${name}`;
}

export function clusterArn(scope: Scope, clusterId: string): string {
  return `arn:${partitionOf(scope.region)}:cloudhsm:${scope.region}:${scope.account}:cluster/${clusterId}`;
}

export function backupArn(scope: Scope, backupId: string): string {
  return `arn:${partitionOf(scope.region)}:cloudhsm:${scope.region}:${scope.account}:backup/${backupId}`;
}

const BACKUP_ARN =
  /^arn:(aws[a-z-]*):cloudhsm:([a-z0-9-]+):(\d{12}):backup\/(backup-[2-7a-zA-Z]{11,16})$/;

/**
 * Parses the ARN of a backup. Returns undefined if it is malformed, or names another partition than
 * the Region's.
 */
export function parseBackupArn(text: string): (Scope & { readonly backupId: string }) | undefined {
  const [, partition, region, account, backupId] = BACKUP_ARN.exec(text) ?? [];
  if (!region || !account || !backupId || partition !== partitionOf(region)) return undefined;
  return { region, account, backupId };
}

export function accountRootArn(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

const KMS_ARN = /^arn:(aws(?:-[a-z-]+)?):kms:([a-z0-9-]+):(\d{12}):((?:key|alias)\/.+)$/;

/**
 * Parses the ARN of a key or an alias. Returns undefined if it is malformed, or names another
 * partition than the Region's.
 */
export function parseKmsArn(text: string): KmsArn | undefined {
  const match = KMS_ARN.exec(text);
  const [, partition, region, account, resource] = match ?? [];
  if (!region || !account || !resource || partition !== partitionOf(region)) return undefined;
  return { partition, region, account, resource };
}
