import { base32Id, SecretText } from '../../base/index.ts';

/** 32 characters, the most that an HSM user may have, of 32 kinds: 160 bits. */
export function randomPassword(): SecretText {
  return new SecretText(base32Id(32));
}
