import { DAY_MS } from '../../base/index.ts';
import type { CompiledPolicy, PrincipalPolicies } from '../../policy/index.ts';
import { named, type Course, type FoundKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { attestationOf } from './attestation.ts';
import type { Facts } from './condition-inputs.ts';

/** With more aliases than this the condition key is inoperative. Source: "kms:ResourceAliases", KMS Developer Guide. */
const MAX_ALIASES = 50;

/** What is known of the request when it asks for `action` on the target of that name. */
export function factsOf(
  services: Services,
  course: Course,
  name: string,
  action: string,
): Facts | Promise<Facts> {
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
  const wanted = {
    aliases: asks('kms:resourcealiases'),
    idleDays: asks('kms:trailingdayswithoutkeyusage'),
  };
  return wanted.aliases || wanted.idleDays ? withStored(services, facts, found, wanted) : facts;
}

/** With what has to be read from the store. */
async function withStored(
  services: Services,
  facts: Facts,
  found: FoundKey,
  wanted: { readonly aliases: boolean; readonly idleDays: boolean },
): Promise<Facts> {
  const aliases = wanted.aliases ? await aliasNames(services, found) : undefined;
  const idleDays = wanted.idleDays ? await daysWithoutUse(services, found) : undefined;
  return { ...facts, aliases, idleDays };
}

/** Whether any policy that counts looks at a condition key for which the store has to be read. */
function asksFor(
  key: string,
  { identity, boundary, session, serviceControl }: PrincipalPolicies,
  keyPolicy: CompiledPolicy,
): boolean {
  const asks = ({ conditionKeys }: CompiledPolicy): boolean => conditionKeys.has(key);
  const limited = (boundary && asks(boundary)) || session?.some(asks) || serviceControl?.some(asks);
  return asks(keyPolicy) || identity.some(asks) || limited === true;
}

/** Whole days since the key's last use, or since it was made. */
async function daysWithoutUse({ keyUses, clock }: Services, { key }: FoundKey): Promise<number> {
  const use = await keyUses.last(key);
  return Math.floor((clock.now() - (use?.date ?? key.creationDate)) / DAY_MS);
}

/** The names of a key's aliases, as far as `kms:ResourceAliases` shows them. */
export async function aliasNames(
  { store }: Pick<Services, 'store'>,
  { key }: FoundKey,
): Promise<string[] | undefined> {
  const rows = await store.read((reader) =>
    reader.find('aliases', 'byKey', [key.account, key.region, key.keyId], {
      limit: MAX_ALIASES + 1,
    }),
  );
  if (rows.length === 0 || rows.length > MAX_ALIASES) return undefined;
  return rows.map(({ name }) => name);
}
