import type { CompiledPolicy, PrincipalPolicies } from '../../policy/index.ts';
import { named, type Course } from '../course.ts';
import type { FoundKey } from '../found.ts';
import type { Services } from '../services.ts';
import { attestationOf } from '../kms/recipient/recipient.ts';
import type { Facts } from './facts.ts';

/** With more aliases than this the condition key is inoperative. Source: "kms:ResourceAliases", KMS Developer Guide. */
const MAX_ALIASES = 50;
const DAY = 24 * 60 * 60 * 1_000;

/** What is known of the request when it asks for `action` on the target of that name. */
export async function factsOf(services: Services, course: Course, name: string, action: string): Promise<Facts> {
  const { request, found: all } = course;
  const { target, found } = named(course, name);
  const facts: Facts = {
    request,
    action,
    target,
    found,
    all,
    now: services.clock.now(),
    attestation: attestationOf(services, request.input),
    aliases: undefined,
    idleDays: undefined,
  };
  if (found.kind !== 'key') return facts;
  const asks = (key: string): boolean => asksFor(key, request.policies, found.policy);
  const aliases = asks('kms:resourcealiases') ? await aliasNames(services, found) : undefined;
  const idleDays = asks('kms:trailingdayswithoutkeyusage') ? await daysWithoutUse(services, found) : undefined;
  return aliases || idleDays !== undefined ? { ...facts, aliases, idleDays } : facts;
}

/** Whether any policy that counts looks at a condition key for which the store has to be read. */
function asksFor(key: string, { identity, boundary, session, serviceControl }: PrincipalPolicies, keyPolicy: CompiledPolicy): boolean {
  const asks = ({ conditionKeys }: CompiledPolicy): boolean => conditionKeys.has(key);
  const limited = (boundary && asks(boundary)) || session?.some(asks) || serviceControl?.some(asks);
  return asks(keyPolicy) || identity.some(asks) || limited === true;
}

/** Whole days since the key's last use, or since it was made. */
async function daysWithoutUse({ keyUses, clock }: Services, { key }: FoundKey): Promise<number> {
  const use = await keyUses.last(key);
  return Math.floor((clock.now() - (use?.date ?? key.creationDate)) / DAY);
}

/** The names of a key's aliases, as far as `kms:ResourceAliases` shows them. */
export async function aliasNames({ store }: Pick<Services, 'store'>, { key }: FoundKey): Promise<string[] | undefined> {
  const rows = await store.read((reader) =>
    reader.find('aliases', 'byKey', [key.account, key.region, key.keyId], { limit: MAX_ALIASES + 1 }),
  );
  if (rows.length === 0 || rows.length > MAX_ALIASES) return undefined;
  return rows.map(({ name }) => name);
}
