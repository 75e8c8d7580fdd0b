import type { KeyRow } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { policyOfNewKey } from '../policies/checked-policy.ts';
import { checkedTags } from '../tags/checked-tags.ts';
import { chosenKeyStore } from './chosen-key-store.ts';
import { chosenSpec } from './chosen-spec.ts';
import { keyMetadata } from './key-metadata.ts';
import { newKeyId, newMaterial, saveNewKey } from './make-key.ts';

export const CreateKey = defineOperation('kms', 'CreateKey', {
  effect: 'write',
  targets: (input) => ({
    service: { on: 'service' },
    tagging: input.Tags?.length ? { on: 'service', action: 'kms:TagResource' } : undefined,
  }),
  async handle(services, input, { service: { scope } }, { caller, note, conditions }) {
    const spec = chosenSpec(input);
    const tags = checkedTags([], input.Tags ?? []);
    const policy = await policyOfNewKey(services, input, {
      caller,
      context: await conditions('kms:PutKeyPolicy', 'service'),
    });
    const chosen = await chosenKeyStore(services, scope, input, spec.keySpec);
    const { account, region } = scope;
    const creationDate = services.clock.now();
    const identified = { account, region, keyId: newKeyId(input.MultiRegion === true), ...spec };
    const { keyStore } = chosen;
    const made = keyStore && {
      keyStore,
      material: await newMaterial(keyStore, identified, creationDate),
    };
    const key: KeyRow = {
      ...identified,
      ...chosen.columns,
      keyManager: 'CUSTOMER',
      description: input.Description ?? '',
      enabled: true,
      creationDate,
      ...policy,
      tags,
      ...(made ? { currentMaterialId: made.material.materialId } : { materialMissing: true }),
      ...(input.MultiRegion && { primaryRegion: region }),
    };
    await saveNewKey(services, key, made);
    const { handle, materialId } = made?.material ?? {};
    if (handle !== undefined)
      note({ backingKey: JSON.stringify({ keyHandle: handle, backingKeyId: materialId }) });
    return { KeyMetadata: await keyMetadata(services, key) };
  },
});
