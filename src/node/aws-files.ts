import { resolve } from 'node:path';
import { readFileIfThere, writeFileDurably, type SecretText } from '../base/index.ts';
import type { DataFolder } from './data-folder.ts';

/** The settings of AWS clients for this installation. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  /** CA certificate of the HTTPS endpoint, unless it comes from a public authority. */
  readonly authorityFile?: string | undefined;
  /**
   * Undefined if the first access key was deleted. The file `credentials` is then left unchanged.
   */
  readonly accessKey:
    | { readonly accessKeyId: string; readonly secretAccessKey: SecretText }
    | undefined;
}

/** Writes the AWS CLI's files `credentials` and `config`, profile `default`. */
export function writeAwsFiles(
  folder: DataFolder,
  { endpoint, region, accessKey, authorityFile }: ClientSettings,
): void {
  const caBundle = authorityFile === undefined ? '' : `ca_bundle = ${resolve(authorityFile)}\n`;
  writeFileDurably(
    folder.file('config'),
    `[default]\nregion = ${region}\nendpoint_url = ${endpoint}\n${caBundle}`,
  );
  if (accessKey) writeCredentials(folder, accessKey);
}

export function writeCredentials(
  folder: DataFolder,
  { accessKeyId, secretAccessKey }: NonNullable<ClientSettings['accessKey']>,
): void {
  const lines = [
    '[default]',
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey.reveal()}`,
  ];
  writeFileDurably(folder.file('credentials'), `${lines.join('\n')}\n`);
}

/** Returns the Region in the `config` of a previous start. */
export function readRegion(folder: DataFolder): string | undefined {
  return /^region = (\S+)$/m.exec(readFileIfThere(folder.file('config'))?.toString() ?? '')?.[1];
}
