import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AwsFiles {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly config: Readonly<Record<string, string>>;
}

/** Reads the AWS CLI files that `keyhold up` wrote to its data folder. */
export function awsFiles(data: string): AwsFiles {
  const credentials = ini(join(data, 'credentials'));
  return {
    credentials: {
      accessKeyId: credentials['aws_access_key_id'] ?? '',
      secretAccessKey: credentials['aws_secret_access_key'] ?? '',
    },
    config: ini(join(data, 'config')),
  };
}

function ini(path: string): Record<string, string> {
  return Object.fromEntries(
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [name, ...value] = line.split('=');
        return name !== undefined && value.length > 0
          ? [[name.trim(), value.join('=').trim()]]
          : [];
      }),
  );
}
