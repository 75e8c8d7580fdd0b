import { CreateAliasCommand } from '@aws-sdk/client-kms';
import type { Stage } from './stage.ts';

/** Quota of the stage. */
export const ALIASES_PER_KEY = 3;

let aliases = 0;

export function newAlias(): string {
  aliases += 1;
  return `alias/conformance-${aliases}`;
}

/** Creates an alias of a new symmetric key. Returns its name. */
export async function aliasOfAnother({ kms, newKey }: Stage): Promise<string> {
  const AliasName = newAlias();
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: await newKey() }));
  return AliasName;
}
