import { resolve } from 'node:path';
import { readFileIfThere, writeFileDurably, type SecretText } from '../base/index.ts';
import type { DataFolder } from './data-folder.ts';

/** What a client of AWS needs to talk to this Keyhold. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  /** Undefined if the first access key is no more: then `credentials` stays as it is. */
  /** What they have to trust to call an HTTPS endpoint, if it is no public authority. */
  readonly authorityFile?: string | undefined;
  readonly accessKey:
    | { readonly accessKeyId: string; readonly secretAccessKey: SecretText }
    | undefined;
}

/** Leaves `credentials` and `config` in the formats of the AWS CLI, profile `default`. */
export function writeAwsFiles(
  folder: DataFolder,
  { endpoint, region, accessKey, authorityFile }: ClientSettings,
): void {
  const trust = authorityFile === undefined ? '' : `ca_bundle = ${resolve(authorityFile)}\n`;
  writeFileDurably(
    folder.file('config'),
    `[default]\nregion = ${region}\nendpoint_url = ${endpoint}\n${trust}`,
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

/** The Region that an earlier start wrote. */
export function readRegion(folder: DataFolder): string | undefined {
  return /^region = (\S+)$/m.exec(readFileIfThere(folder.file('config'))?.toString() ?? '')?.[1];
}
