import type { Response } from '../../../contract/index.ts';
import { keySpecProperties, KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { supportedAlgorithms } from '../keys/key-metadata.ts';
import { currentMaterial } from './bound-key.ts';

type CustomerMasterKeySpec = NonNullable<Response<'kms', 'GetPublicKey'>['CustomerMasterKeySpec']>;

export const GetPublicKey = defineOperation('kms', 'GetPublicKey', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, aliases: true, states: 'cryptographic' },
  }),
  async handle(services, _input, { key }) {
    const { keySpec, keyUsage } = key.key;
    if (keySpecProperties(keySpec).family !== 'asymmetric') {
      throw new KmsError(
        'UnsupportedOperationException',
        `${key.arn} key spec is ${keySpec} which is not valid for GetPublicKey.`,
      );
    }
    const { publicKey = '' } = await currentMaterial(services, key);
    const {
      EncryptionAlgorithms,
      SigningAlgorithms,
      KeyAgreementAlgorithms,
      EncapsulationAlgorithms,
    } = supportedAlgorithms(key.key);
    return {
      KeyId: key.arn,
      PublicKey: Buffer.from(publicKey, 'base64'),
      // AWS fills this member for newer specs too, although its type does not list them.
      CustomerMasterKeySpec: keySpec as CustomerMasterKeySpec,
      KeySpec: keySpec,
      KeyUsage: keyUsage,
      ...(EncryptionAlgorithms && { EncryptionAlgorithms }),
      ...(SigningAlgorithms && { SigningAlgorithms }),
      ...(KeyAgreementAlgorithms && { KeyAgreementAlgorithms }),
      ...(EncapsulationAlgorithms && { EncapsulationAlgorithms }),
    };
  },
});
