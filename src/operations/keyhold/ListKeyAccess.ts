import type { Response } from '../../contract/index.ts';
import type { Described } from '../../identity/index.ts';
import { aliasNames } from '../conditions/read-inputs.ts';
import { defineOperation } from '../operation.ts';
import type { FoundKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { accessCauses } from '../simulation/causes.ts';
import {
  decideAtMost,
  decideHypothetically,
  relaxedKey,
  relaxedPrincipal,
} from '../simulation/decide-hypothetically.ts';
import { foundAgain, keyTarget } from '../simulation/key-target.ts';
import { requireAction } from '../simulation/known-actions.ts';
import { outsiders } from '../simulation/outsiders.ts';
import { principalPage } from '../simulation/principal-page.ts';

type KeyAccess = Response<'keyhold', 'ListKeyAccess'>['Principals'][number];

/** Users and roles of the key's account, and whoever else its policy or its grants let in. */
export const ListKeyAccess = defineOperation('keyhold', 'ListKeyAccess', {
  effect: 'read',
  targets: ({ KeyId }) => ({ service: { on: 'service' }, key: keyTarget(KeyId) }),
  async handle(services, { Actions, Marker }, { key }) {
    const found = await foundAgain(services, key);
    const asked = {
      found,
      open: relaxedKey(found),
      actions: Actions.map(requireAction),
      aliases: await aliasNames(services, found),
    };
    const { principals, more } = await principalPage(services, key.scope.account, Marker);
    const others = Marker === undefined ? await outsiders(services, found) : [];
    return {
      KeyArn: key.arn,
      Principals: await accessOf(services, principals, asked),
      OtherAccounts: await accessOf(services, others, asked),
      ...(more !== undefined && { NextMarker: more }),
    };
  },
});

interface Asked {
  readonly found: FoundKey;
  /** The same without conditions. */
  readonly open: FoundKey;
  readonly actions: readonly string[];
  readonly aliases: readonly string[] | undefined;
}

/** Only who can do something. */
async function accessOf(
  services: Services,
  principals: readonly Described[],
  asked: Asked,
): Promise<KeyAccess[]> {
  const all: KeyAccess[] = [];
  for (const who of principals) {
    const callers = { who, open: relaxedPrincipal(who) };
    const permitted: KeyAccess['Actions'][number][] = [];
    for (const action of asked.actions)
      permitted.push(...(await permission(services, callers, action, asked)));
    const { arn, session } = who.principal;
    if (permitted.length > 0)
      all.push({ PrincipalArn: session?.roleArn ?? arn, Actions: permitted });
  }
  return all;
}

interface Callers {
  readonly who: Described;
  /** The same without conditions. */
  readonly open: Described;
}

async function permission(
  services: Services,
  { who, open }: Callers,
  action: string,
  asked: Asked,
): Promise<KeyAccess['Actions']> {
  const { found, aliases } = asked;
  const question = {
    who,
    action,
    region: found.key.region,
    found,
    now: services.clock.now(),
    aliases,
    given: {},
  };
  const { decision } = await decideHypothetically(services, question);
  if (decision.allowed)
    return [{ Action: action, Conditional: false, Through: accessCauses(decision.by) }];
  const most = await decideAtMost(services, open, action, asked.open);
  return most.allowed
    ? [{ Action: action, Conditional: true, Through: accessCauses(most.by) }]
    : [];
}
