import {
  KmsError,
  signingAlgorithms,
  type KeyRow,
  type MessageType,
  type SigningAlgorithm,
} from '../../../domain/index.ts';
import type { SigningInput } from '../../../keystores/index.ts';
import { requireAlgorithm } from './bound-key.ts';

interface Input {
  readonly Message: Uint8Array;
  readonly MessageType?: MessageType | undefined;
  readonly SigningAlgorithm: SigningAlgorithm;
}

/** Returns the message of Sign or Verify, if the key and the algorithm support it. */
export function signingOf(
  key: KeyRow,
  { Message, MessageType = 'RAW', SigningAlgorithm: algorithm }: Input,
): SigningInput {
  requireAlgorithm(key, 'SIGN_VERIFY', algorithm);
  const lengths: { readonly [T in MessageType]?: number } = signingAlgorithms[algorithm].messages;
  const length = lengths[MessageType];
  if (length === undefined) {
    throw new KmsError(
      'ValidationException',
      `MessageType ${MessageType} is not supported with algorithm ${algorithm}.`,
    );
  }
  if (length !== 0 && Message.length !== length) {
    throw new KmsError(
      'ValidationException',
      `Digest is invalid length for algorithm ${algorithm}.`,
    );
  }
  return { algorithm, messageType: MessageType, message: Message };
}
