import { defineOperation } from '../../operation.ts';
import { currentMaterial, stopIfDryRun } from './bound-key.ts';
import { signingOf } from './signing-message.ts';

export const Sign = defineOperation('kms', 'Sign', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, aliases: true, states: 'cryptographic', usage: 'SIGN_VERIFY' },
  }),
  async handle(services, input, { key }) {
    const signing = signingOf(key.key, input);
    stopIfDryRun(input.DryRun);
    const signature = await services.keyStores
      .storeFor(key.key)
      .sign(await currentMaterial(services, key), signing);
    return { KeyId: key.arn, Signature: signature, SigningAlgorithm: signing.algorithm };
  },
});
