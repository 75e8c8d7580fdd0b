import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { currentMaterial, stopIfDryRun } from './bound-key.ts';
import { signingOf } from './signing-message.ts';

/** Never returns `SignatureValid: false`. An invalid signature is an error. */
export const Verify = defineOperation('kms', 'Verify', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, aliases: true, states: 'cryptographic', usage: 'SIGN_VERIFY' },
  }),
  async handle(services, input, { key }) {
    const signing = signingOf(key.key, input);
    stopIfDryRun(input.DryRun);
    const valid = await services.keyStores
      .storeFor(key.key)
      .verify(await currentMaterial(services, key), signing, input.Signature);
    if (!valid) throw new KmsError('KMSInvalidSignatureException');
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: signing.algorithm };
  },
});
