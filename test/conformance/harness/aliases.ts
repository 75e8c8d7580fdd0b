import { CreateAliasCommand } from '@aws-sdk/client-kms';
import type { Stage } from './stage.ts';

/** As the stage sets it. */
export const ALIASES_PER_KEY = 3;

let aliases = 0;

export function newAlias(): string {
  aliases += 1;
  return `alias/conformance-${aliases}`;
}

/** An alias of a symmetric key of its own. */
export async function aliasOfAnother({ kms, newKey }: Stage): Promise<string> {
  const AliasName = newAlias();
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: await newKey() }));
  return AliasName;
}
