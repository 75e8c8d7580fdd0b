import type { Request } from '../../../contract/index.ts';
import {
  algorithmsOf,
  keySpecProperties,
  KmsError,
  type KeySpec,
  type KeyUsage,
} from '../../../domain/index.ts';

/** Returns the spec and usage that CreateKey asks for, checked in AWS's order. */
export function chosenSpec(input: Request<'kms', 'CreateKey'>): {
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
} {
  if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
    throw new KmsError(
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const keySpec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  const keyUsage = input.KeyUsage ?? keySpecProperties(keySpec).defaultUsage;
  if (keyUsage === undefined) {
    throw new KmsError(
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  if (algorithmsOf(keySpec, keyUsage).length === 0) {
    throw new KmsError(
      'ValidationException',
      `KeyUsage ${keyUsage} is not compatible with KeySpec ${keySpec}`,
    );
  }
  return { keySpec, keyUsage };
}
