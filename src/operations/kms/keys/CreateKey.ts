import { hexId, uuid } from '../../../base/index.ts';
import type { Request } from '../../../contract/index.ts';
import { keyArn, KmsError, type KeyRecord, type Scope, type Tag } from '../../../domain/index.ts';
import type { KeyStore } from '../../../keystores/index.ts';
import { defaultKeyPolicy } from '../../../policy/index.ts';
import { defineOperation } from '../../operation.ts';
import type { Services } from '../../services.ts';
import { requireTwoZones } from '../custom-key-stores/cluster-checks.ts';
import { findKeyStore } from '../custom-key-stores/find-key-store.ts';
import { checkedPolicy } from '../policies/checked-policy.ts';
import { checkedTags } from '../tags/checked-tags.ts';
import { keyMetadata } from './key-metadata.ts';

type Input = Request<'kms', 'CreateKey'>;

export const CreateKey = defineOperation('kms', 'CreateKey', {
  effect: 'write',
  targets: (input) => ({
    service: { on: 'service' },
    tagging: input.Tags?.length ? { on: 'service', action: 'kms:TagResource' } : undefined,
  }),
  async handle(services, input, { service: { scope } }, { caller, note }) {
    checkSpec(input);
    const tags = checkedTags([], input.Tags ?? []);
    const policy =
      input.Policy === undefined
        ? defaultKeyPolicy(scope.account)
        : checkedPolicy(input.Policy, caller, input.BypassPolicyLockoutSafetyCheck === true);
    const place = await placeOf(services, scope, input);
    const key = newKey(services, scope, { description: input.Description ?? '', policy, tags, ...place.record });
    const { currentMaterialId: materialId, keyId, creationDate } = key;
    const location = await place.keyStore.createMaterial({ keyArn: keyArn(scope, keyId), materialId });
    await services.store.transact(async (transaction) => {
      await transaction.put('materials', { materialId, ...scope, keyId, creationDate, ...location });
      await transaction.put('keys', key);
    });
    if (location.handle !== undefined) note({ backingKey: JSON.stringify({ keyHandle: location.handle, backingKeyId: materialId }) });
    return { KeyMetadata: await keyMetadata(services, key) };
  },
});

function newKey(
  { clock }: Services,
  { account, region }: Scope,
  chosen: Pick<KeyRecord, 'description' | 'policy' | 'origin'> & { readonly tags: readonly Tag[]; readonly customKeyStoreId?: string },
): KeyRecord {
  return {
    account,
    region,
    keyId: uuid(),
    enabled: true,
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'ENCRYPT_DECRYPT',
    currentMaterialId: hexId(64),
    creationDate: clock.now(),
    ...chosen,
  };
}

/** Refuses what isn't there yet or never will be, in the order in which AWS looks. */
function checkSpec(input: Input): void {
  if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
    throw new KmsError(
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  if (spec !== 'SYMMETRIC_DEFAULT' && input.KeyUsage === undefined) {
    throw new KmsError('ValidationException', 'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
  }
  if (spec !== 'SYMMETRIC_DEFAULT') throw new KmsError('UnsupportedOperationException', `KeySpec ${spec} is not supported.`);
  const usage = input.KeyUsage ?? 'ENCRYPT_DECRYPT';
  if (usage !== 'ENCRYPT_DECRYPT') {
    throw new KmsError('ValidationException', `KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  if (input.MultiRegion === true) throw new KmsError('UnsupportedOperationException', 'Multi-Region keys are not supported.');
  if (input.XksKeyId !== undefined) {
    throw new KmsError('ValidationException', 'XksKeyId is valid only when the Origin is EXTERNAL_KEY_STORE.');
  }
}

interface Place {
  readonly keyStore: KeyStore;
  readonly record: { readonly origin: 'AWS_KMS' } | { readonly origin: 'AWS_CLOUDHSM'; readonly customKeyStoreId: string };
}

/** The key store that the request asks for, ready to make a key in. */
async function placeOf(services: Services, scope: Scope, input: Input): Promise<Place> {
  const origin = input.Origin ?? 'AWS_KMS';
  const storeId = input.CustomKeyStoreId;
  if (origin === 'EXTERNAL' || origin === 'EXTERNAL_KEY_STORE') {
    throw new KmsError('UnsupportedOperationException', `Origin ${origin} is not supported.`);
  }
  if (origin === 'AWS_KMS') {
    if (storeId === undefined) return { keyStore: services.keyStores.default, record: { origin } };
    throw new KmsError('ValidationException', 'CustomKeyStoreId is valid only when the Origin is AWS_CLOUDHSM or EXTERNAL_KEY_STORE.');
  }
  if (storeId === undefined) throw new KmsError('ValidationException', 'CustomKeyStoreId is required when the Origin is AWS_CLOUDHSM.');
  const record = await services.store.read((reader) => findKeyStore(reader, scope, storeId));
  if (!services.keyStores.isConnected(storeId)) {
    throw new KmsError('CustomKeyStoreInvalidStateException', `Custom key store ${storeId} is ${record.state}; it must be CONNECTED.`);
  }
  await services.store.read((reader) => requireTwoZones(reader, scope, record.clusterId));
  return { keyStore: services.keyStores.of({ customKeyStoreId: storeId }), record: { origin: 'AWS_CLOUDHSM', customKeyStoreId: storeId } };
}
