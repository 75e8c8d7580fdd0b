import type { Response } from '../../contract/index.ts';
import type { PrincipalWithPolicies } from '../../identity/index.ts';
import { aliasNames } from '../conditions/read-inputs.ts';
import { defineOperation } from '../operation.ts';
import type { ResolvedKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { accessCauses } from '../simulation/causes.ts';
import {
  decideAtMost,
  decideHypothetically,
  relaxedKey,
  relaxedPrincipal,
} from '../simulation/decide-hypothetically.ts';
import { keyTarget, resolveAgain } from '../simulation/key-target.ts';
import { requireAction } from '../simulation/known-actions.ts';
import { outsiders } from '../simulation/outsiders.ts';
import { principalPage } from '../simulation/principal-page.ts';

type KeyAccess = Response<'keyhold', 'ListKeyAccess'>['Principals'][number];

/**
 * Lists the users and roles of the key's account, and the principals of other accounts, that can
 * access a key.
 */
export const ListKeyAccess = defineOperation('keyhold', 'ListKeyAccess', {
  effect: 'read',
  targets: ({ KeyId }) => ({ service: { on: 'service' }, key: keyTarget(KeyId) }),
  async handle(services, { Actions, Marker }, { key }) {
    const resolved = await resolveAgain(services, key);
    const query = {
      resolved,
      relaxed: relaxedKey(resolved),
      actions: Actions.map(requireAction),
      aliases: await aliasNames(services, resolved),
    };
    const { principals, more } = await principalPage(services, key.scope.account, Marker);
    const others = Marker === undefined ? await outsiders(services, resolved) : [];
    return {
      KeyArn: key.arn,
      Principals: await accessOf(services, principals, query),
      OtherAccounts: await accessOf(services, others, query),
      ...(more !== undefined && { NextMarker: more }),
    };
  },
});

interface KeyAccessQuery {
  readonly resolved: ResolvedKey;
  /** The key without the conditions of its policy. */
  readonly relaxed: ResolvedKey;
  readonly actions: readonly string[];
  readonly aliases: readonly string[] | undefined;
}

/** Returns the principals with any access. */
async function accessOf(
  services: Services,
  principals: readonly PrincipalWithPolicies[],
  query: KeyAccessQuery,
): Promise<KeyAccess[]> {
  const all: KeyAccess[] = [];
  for (const subject of principals) {
    const callers = { subject, relaxed: relaxedPrincipal(subject) };
    const permitted: KeyAccess['Actions'][number][] = [];
    for (const action of query.actions)
      permitted.push(...(await permission(services, callers, action, query)));
    const { arn, session } = subject.principal;
    if (permitted.length > 0)
      all.push({ PrincipalArn: session?.roleArn ?? arn, Actions: permitted });
  }
  return all;
}

interface Callers {
  readonly subject: PrincipalWithPolicies;
  /** The principal without the conditions of its policies. */
  readonly relaxed: PrincipalWithPolicies;
}

async function permission(
  services: Services,
  { subject, relaxed }: Callers,
  action: string,
  query: KeyAccessQuery,
): Promise<KeyAccess['Actions']> {
  const { resolved, aliases } = query;
  const question = {
    subject,
    action,
    region: resolved.key.region,
    resolved,
    now: services.clock.now(),
    aliases,
    given: {},
  };
  const { decision } = await decideHypothetically(services, question);
  if (decision.allowed)
    return [{ Action: action, Conditional: false, Through: accessCauses(decision.by) }];
  const most = await decideAtMost(services, relaxed, action, query.relaxed);
  return most.allowed
    ? [{ Action: action, Conditional: true, Through: accessCauses(most.by) }]
    : [];
}
