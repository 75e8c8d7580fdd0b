import type { CompiledPolicy, PrincipalPolicies } from '../../policy/index.ts';
import { named, type Course } from '../course.ts';
import type { FoundKey } from '../found.ts';
import type { Services } from '../services.ts';
import { attestationOf } from '../kms/recipient/recipient.ts';
import type { Facts } from './facts.ts';

const RESOURCE_ALIASES = 'kms:resourcealiases';
/** With more aliases than this the condition key is inoperative. Source: "kms:ResourceAliases", KMS Developer Guide. */
const MAX_ALIASES = 50;

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
  };
  const wantsAliases = found.kind === 'key' && asksForAliases(request.policies, found.policy);
  return wantsAliases ? { ...facts, aliases: await aliasNames(services, found) } : facts;
}

function asksForAliases({ identity, boundary, session, serviceControl }: PrincipalPolicies, keyPolicy: CompiledPolicy): boolean {
  const asks = ({ conditionKeys }: CompiledPolicy): boolean => conditionKeys.has(RESOURCE_ALIASES);
  const limited = (boundary && asks(boundary)) || session?.some(asks) || serviceControl?.some(asks);
  return asks(keyPolicy) || identity.some(asks) || limited === true;
}

/** The names of a key's aliases, as far as `kms:ResourceAliases` shows them. */
export async function aliasNames({ store }: Pick<Services, 'store'>, { key }: FoundKey): Promise<string[] | undefined> {
  const rows = await store.read((reader) =>
    reader.find('aliases', 'byKey', [key.account, key.region, key.keyId], { limit: MAX_ALIASES + 1 }),
  );
  if (rows.length === 0 || rows.length > MAX_ALIASES) return undefined;
  return rows.map(({ name }) => name);
}
