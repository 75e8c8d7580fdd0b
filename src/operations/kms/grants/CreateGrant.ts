import { hexId } from '../../../base/index.ts';
import type { Request } from '../../../contract/index.ts';
import { KmsError, type GrantRow, type KeyRow } from '../../../domain/index.ts';
import { requirePrincipal } from '../../../identity/index.ts';
import type { Reader } from '../../../storage/index.ts';
import { newGrantToken } from '../../grants/grant-token.ts';
import { defineOperation } from '../../operation.ts';
import { stopIfDryRun } from '../cryptographic/bound-key.ts';
import { countGrants, requireRoomForGrant } from './grant-count.ts';
import { checkedTerms } from './grant-input.ts';

type Input = Request<'kms', 'CreateGrant'>;
/** A grant without its ID and date. */
type Terms = Omit<GrantRow, 'grantId' | 'creationDate'>;

/** With a Name, repeating a call returns the same grant. Without, each call creates a new one. */
export const CreateGrant = defineOperation('kms', 'CreateGrant', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'grantable' } }),
  async handle({ store, clock, quotas }, input, { key: { key } }, { caller }) {
    const wanted = await store.read((reader) => termsOf(reader, input, key, caller.account));
    stopIfDryRun(input.DryRun);
    const grant = await store.transact(async (transaction) => {
      const before = await sameGrant(transaction, wanted);
      if (before) return before;
      await requireRoomForGrant(transaction, key, quotas.grantsPerKey);
      await countGrants(transaction, key, 1);
      const made = { ...wanted, grantId: hexId(64), creationDate: clock.now() };
      await transaction.put('grants', made);
      return made;
    });
    return { GrantId: grant.grantId, GrantToken: newGrantToken(grant) };
  },
});

async function termsOf(
  reader: Reader,
  input: Input,
  key: KeyRow,
  issuingAccount: string,
): Promise<Terms> {
  const terms = checkedTerms(input, key);
  const { GranteePrincipal: granteeArn, RetiringPrincipal: retiringArn, Name: name } = input;
  if (granteeArn === undefined)
    throw new KmsError('ValidationException', 'GranteePrincipal is required.');
  const { uniqueId: granteeId } = await requirePrincipal(reader, granteeArn);
  const { uniqueId: retiringId } =
    retiringArn === undefined ? {} : await requirePrincipal(reader, retiringArn);
  return {
    account: key.account,
    region: key.region,
    keyId: key.keyId,
    granteeArn,
    ...(granteeId !== undefined && { granteeId }),
    ...(retiringArn !== undefined && { retiringArn }),
    ...(retiringId !== undefined && { retiringId }),
    ...terms,
    ...(name !== undefined && { name }),
    issuingAccount,
  };
}

async function sameGrant(reader: Reader, wanted: Terms): Promise<GrantRow | undefined> {
  const { account, region, keyId, name } = wanted;
  if (name === undefined) return undefined;
  const named = await reader.find('grants', 'byName', [account, region, keyId, name]);
  return named.find(
    ({ grantId: _id, creationDate: _date, ...terms }) => canonical(terms) === canonical(wanted),
  );
}

/** Serializes a grant's terms for comparison, regardless of the order of operations and pairs. */
function canonical(terms: Terms): string {
  const sorted = { ...terms, operations: terms.operations.toSorted() };
  return JSON.stringify(sorted, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
