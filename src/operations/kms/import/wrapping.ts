import type { Request } from '../../../contract/index.ts';
import { keySpecProperties, KmsError, maxPlaintext, type KeySpec } from '../../../domain/index.ts';
import type { ImportAlgorithm } from '../../../keystores/index.ts';

type Input = Request<'kms', 'GetParametersForImport'>;

/** Returns the requested wrapping, if it is supported and can carry the key's material. */
export function checkedWrapping(
  { WrappingAlgorithm: algorithm, WrappingKeySpec: spec }: Input,
  keySpec: KeySpec,
): { readonly algorithm: ImportAlgorithm; readonly spec: 'RSA_2048' | 'RSA_3072' | 'RSA_4096' } {
  // AWS no longer supports the former, and has the latter only in its Regions in China.
  if (algorithm === 'RSAES_PKCS1_V1_5' || algorithm === 'SM2PKE') {
    throw new KmsError(
      'UnsupportedOperationException',
      `WrappingAlgorithm ${algorithm} is not supported.`,
    );
  }
  if (spec === 'SM2')
    throw new KmsError(
      'UnsupportedOperationException',
      `WrappingKeySpec ${spec} is not supported.`,
    );
  if (materialLength(keySpec) > longest(algorithm, spec)) {
    throw new KmsError(
      'ValidationException',
      `WrappingAlgorithm ${algorithm} and WrappingKeySpec ${spec} cannot wrap the key material of key spec ${keySpec}.`,
    );
  }
  return { algorithm, spec };
}

function materialLength(keySpec: KeySpec): number {
  const { material } = keySpecProperties(keySpec);
  return 'pkcs8Length' in material ? material.pkcs8Length : 0;
}

function longest(algorithm: ImportAlgorithm, spec: KeySpec): number {
  const direct = algorithm === 'RSAES_OAEP_SHA_1' || algorithm === 'RSAES_OAEP_SHA_256';
  return direct ? maxPlaintext(spec, algorithm) : Infinity;
}
