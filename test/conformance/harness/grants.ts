import { CreateGrantCommand } from '@aws-sdk/client-kms';
import type { Stage } from './stage.ts';

/** Quota of the stage. */
export const GRANTS_PER_KEY = 3;
export const UNKNOWN_GRANT = '0'.repeat(64);

export const grantee = ({ account }: Stage): string => `arn:aws:iam::${account}:user/admin`;

/** Creates a grant. Returns its ID. */
export async function grantId(stage: Stage, KeyId: string): Promise<string> {
  const input = { KeyId, GranteePrincipal: grantee(stage), Operations: ['Encrypt' as const] };
  return (await stage.kms.send(new CreateGrantCommand(input))).GrantId ?? '';
}
