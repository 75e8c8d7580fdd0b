import { keySpecProperties, kindMismatch, KmsError, stateVerdict } from '../../domain/index.ts';
import type { Operation, Target } from '../operation.ts';
import type { ResolvedKey, ResolvedTarget } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { shownState } from './shown-state.ts';

/**
 * Checks that the operation supports the key, its state and its usage. Runs after authorization:
 * only an authorized caller may learn the result.
 */
export function checkKey(
  { keyStores }: Pick<Services, 'keyStores'>,
  operation: Operation,
  target: Target,
  resolved: ResolvedTarget,
): void {
  if (resolved.kind !== 'key' || !('states' in target)) return;
  const { key, arn, deferred }: ResolvedKey = resolved;
  const mismatch = target.kind && kindMismatch(target.kind, key);
  if (mismatch)
    throw new KmsError('UnsupportedOperationException', mismatch.text && `${arn} ${mismatch.text}`);
  const verdict = stateVerdict(target.states, shownState(keyStores, key));
  if (verdict !== 'ok') throw new KmsError(verdict.error, `${arn} ${verdict.text}`);
  if (target.usage !== undefined && key.keyUsage !== target.usage) {
    throw new KmsError(
      'InvalidKeyUsageException',
      `${arn} key usage is ${key.keyUsage} which is not valid for ${operation.name}.`,
    );
  }
  if (target.symmetric && keySpecProperties(key.keySpec).family !== 'symmetric') {
    throw new KmsError(
      'InvalidKeyUsageException',
      'You cannot generate a data key with an asymmetric CMK',
    );
  }
  if (deferred) throw deferred;
}
