import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { currentMaterial, requireAlgorithm, stopIfDryRun } from './bound-key.ts';

/** Never returns `MacValid: false`. An invalid MAC is an error. */
export const VerifyMac = defineOperation('kms', 'VerifyMac', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: {
      on: 'key',
      id: KeyId,
      aliases: true,
      states: 'cryptographic',
      usage: 'GENERATE_VERIFY_MAC',
    },
  }),
  async handle(services, { Message, MacAlgorithm, Mac, DryRun }, { key }) {
    requireAlgorithm(key.key, 'GENERATE_VERIFY_MAC', MacAlgorithm);
    stopIfDryRun(DryRun);
    const valid = await services.keyStores
      .storeFor(key.key)
      .verifyMac(await currentMaterial(services, key), MacAlgorithm, Message, Mac);
    if (!valid) throw new KmsError('KMSInvalidMacException');
    return { KeyId: key.arn, MacValid: true, MacAlgorithm };
  },
});
