import { DAY_MS, hexId } from '../../../base/index.ts';
import { keySpecProperties } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { sealImportToken } from './import-token.ts';
import { checkedWrapping } from './wrapping.ts';

/**
 * Generates an RSA key pair for one import. Its private key leaves the HSMs only wrapped, in the
 * token that the caller keeps.
 */
export const GetParametersForImport = defineOperation('kms', 'GetParametersForImport', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, kind: 'import', states: 'import-preparable' },
  }),
  async handle(services, input, { key: { key, arn } }) {
    const { algorithm, spec } = checkedWrapping(input, key.keySpec);
    const materialId = hexId(64);
    const { publicKey = '', ...location } = await services.keyStores.default.createWrappingPair({
      materialId,
      type: keySpecProperties(spec).material,
      unwraps: { type: keySpecProperties(key.keySpec).material, usage: key.keyUsage },
    });
    const validTo = services.clock.now() + DAY_MS;
    return {
      KeyId: arn,
      ImportToken: await sealImportToken(services, {
        keyArn: arn,
        wrappingPair: { materialId, ...location },
        algorithm,
        validTo,
      }),
      PublicKey: Buffer.from(publicKey, 'base64'),
      ParametersValidTo: new Date(validTo),
    };
  },
});
