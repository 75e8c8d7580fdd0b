import { DAY_MS } from '../../base/index.ts';
import type { CompiledPolicy, PrincipalPolicies } from '../../policy/index.ts';
import { targetNamed, type ResolvedKey, type ResolvedRequest } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { attestationOf } from './attestation.ts';
import type { ConditionInputs } from './condition-inputs.ts';

/**
 * Maximum number of aliases. With more, the condition key has no effect. Source:
 * "kms:ResourceAliases", KMS Developer Guide.
 */
const MAX_ALIASES = 50;

/**
 * Collects the inputs of condition keys for a request that asks for `action` on the named target.
 * Reads from the store only if a policy tests one of the keys that need it.
 */
export function readInputs(
  services: Services,
  resolvedRequest: ResolvedRequest,
  name: string,
  action: string,
): ConditionInputs | Promise<ConditionInputs> {
  const { request, resolved: allResolved } = resolvedRequest;
  const { target, resolved } = targetNamed(resolvedRequest, name);
  const inputs: ConditionInputs = {
    request,
    action,
    target,
    resolved,
    allResolved,
    now: services.clock.now(),
    attestation: attestationOf(services, request.input),
    aliases: undefined,
    idleDays: undefined,
  };
  if (resolved.kind !== 'key') return inputs;
  const asks = (key: string): boolean => asksFor(key, request.policies, resolved.policy);
  const wanted = {
    aliases: asks('kms:resourcealiases'),
    idleDays: asks('kms:trailingdayswithoutkeyusage'),
  };
  return wanted.aliases || wanted.idleDays
    ? withStored(services, inputs, resolved, wanted)
    : inputs;
}

/** Adds the inputs that have to be read from the store. */
async function withStored(
  services: Services,
  inputs: ConditionInputs,
  resolved: ResolvedKey,
  wanted: { readonly aliases: boolean; readonly idleDays: boolean },
): Promise<ConditionInputs> {
  const aliases = wanted.aliases ? await aliasNames(services, resolved) : undefined;
  const idleDays = wanted.idleDays ? await daysWithoutUse(services, resolved) : undefined;
  return { ...inputs, aliases, idleDays };
}

/** Returns whether any of the policies tests a condition key. */
function asksFor(
  key: string,
  { identity, boundary, session, serviceControl }: PrincipalPolicies,
  keyPolicy: CompiledPolicy,
): boolean {
  const asks = ({ conditionKeys }: CompiledPolicy): boolean => conditionKeys.has(key);
  const limited = (boundary && asks(boundary)) || session?.some(asks) || serviceControl?.some(asks);
  return asks(keyPolicy) || identity.some(asks) || limited === true;
}

/** Returns the whole days since the key was last used, or created. */
async function daysWithoutUse({ keyUses, clock }: Services, { key }: ResolvedKey): Promise<number> {
  const use = await keyUses.last(key);
  return Math.floor((clock.now() - (use?.date ?? key.creationDate)) / DAY_MS);
}

/** Returns the names of a key's aliases, as `kms:ResourceAliases` has them. */
export async function aliasNames(
  { store }: Pick<Services, 'store'>,
  { key }: ResolvedKey,
): Promise<string[] | undefined> {
  const rows = await store.read((reader) =>
    reader.find('aliases', 'byKey', [key.account, key.region, key.keyId], {
      limit: MAX_ALIASES + 1,
    }),
  );
  if (rows.length === 0 || rows.length > MAX_ALIASES) return undefined;
  return rows.map(({ name }) => name);
}
