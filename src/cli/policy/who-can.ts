import type { AccessCause, KeyAccess } from '../../contract/index.ts';
import type { Api } from '../api.ts';
import { table } from '../table.ts';

/** Actions that are usually reviewed together. */
const groups: Readonly<Record<'use' | 'administer', readonly string[]>> = {
  use: [
    'Encrypt',
    'Decrypt',
    'ReEncryptFrom',
    'ReEncryptTo',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'Sign',
    'Verify',
    'GenerateMac',
    'VerifyMac',
    'DeriveSharedSecret',
  ],
  administer: [
    'PutKeyPolicy',
    'CreateGrant',
    'RevokeGrant',
    'EnableKey',
    'DisableKey',
    'ScheduleKeyDeletion',
    'CancelKeyDeletion',
    'TagResource',
  ],
};

export interface WhoCanOptions {
  readonly use?: true;
  readonly administer?: true;
  readonly action: readonly string[];
}

export interface WhoCan {
  readonly KeyArn: string;
  readonly Principals: readonly KeyAccess[];
  readonly OtherAccounts: readonly KeyAccess[];
}

/** Reads all pages of ListKeyAccess. */
export async function whoCan(api: Api, key: string, options: WhoCanOptions): Promise<WhoCan> {
  const input = {
    KeyId: key,
    Actions: actionsOf(options).map((name) => (name.includes(':') ? name : `kms:${name}`)),
  };
  const first = await api('keyhold', 'ListKeyAccess', input);
  const principals = [...first.Principals];
  for (let marker = first.NextMarker; marker !== undefined;) {
    const page = await api('keyhold', 'ListKeyAccess', { ...input, Marker: marker });
    principals.push(...page.Principals);
    marker = page.NextMarker;
  }
  return { KeyArn: first.KeyArn, Principals: principals, OtherAccounts: first.OtherAccounts };
}

function actionsOf({ use, administer, action }: WhoCanOptions): readonly string[] {
  if (action.length > 0) return action;
  const both = !use && !administer;
  return [...(use || both ? groups.use : []), ...(administer || both ? groups.administer : [])];
}

export function renderWhoCan({ KeyArn, Principals, OtherAccounts }: WhoCan): string {
  const rows = [...Principals, ...OtherAccounts].flatMap(rowsOf);
  const notes = [
    ...(rows.some(([, , when]) => when === 'conditions')
      ? ['conditions: only for requests that meet the conditions of the policy or grant']
      : []),
    ...(OtherAccounts.length > 0
      ? ['principals of other accounts also need permission from the policies of their account']
      : []),
  ];
  if (rows.length === 0) return `${KeyArn}\nno principals\n`;
  return `${KeyArn}\n${table(['PRINCIPAL', 'CAN', 'IF', 'THROUGH'], rows)}${notes.map((note) => `${note}\n`).join('')}`;
}

/** Returns a row per principal and permission path. Actions with the same path share a row. */
function rowsOf({ PrincipalArn, Actions }: KeyAccess): string[][] {
  const byPath = Map.groupBy(Actions, ({ Conditional, Through }) =>
    JSON.stringify([Conditional ? 'conditions' : '', Through.map(shortName).join(', ')]),
  );
  return Array.from(byPath, ([path, actions]) => {
    const [when = '', through = ''] = JSON.parse(path) as string[];
    return [
      PrincipalArn,
      actions.map(({ Action }) => Action.replace(/^kms:/, '')).join(' '),
      when,
      through,
    ];
  });
}

function shortName({ Source, GrantId, Statement }: AccessCause): string {
  if (GrantId !== undefined) return `grant ${GrantId.slice(0, 12)}…`;
  const { Sid } = JSON.parse(Statement ?? '{}') as { readonly Sid?: string };
  return Sid === undefined ? Source : `${Source} "${Sid}"`;
}
