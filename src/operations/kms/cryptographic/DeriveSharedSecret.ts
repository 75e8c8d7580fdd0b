import { defineOperation } from '../../operation.ts';
import { recipientOf, revealed } from '../recipient/recipient.ts';
import { currentMaterial, requireAlgorithm, stopIfDryRun } from './bound-key.ts';

export const DeriveSharedSecret = defineOperation('kms', 'DeriveSharedSecret', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, aliases: true, states: 'cryptographic', usage: 'KEY_AGREEMENT' },
  }),
  async handle(services, { KeyAgreementAlgorithm, PublicKey, Recipient, DryRun }, { key }, call) {
    requireAlgorithm(key.key, 'KEY_AGREEMENT', KeyAgreementAlgorithm);
    const recipient = recipientOf(services, Recipient, call);
    stopIfDryRun(DryRun);
    const secret = await services.keyStores
      .storeFor(key.key)
      .deriveSecret(await currentMaterial(services, key), PublicKey, { recipient });
    return {
      KeyId: key.arn,
      ...revealed('SharedSecret', secret, recipient),
      KeyAgreementAlgorithm,
      KeyOrigin: key.key.origin,
    };
  },
});
