import { deflateRawSync } from 'node:zlib';
import { KmsError } from '../../domain/index.ts';
import { findManagedPolicy, type Session } from '../../identity/index.ts';
import type { Store } from '../../storage/index.ts';
import { checkedDocument } from '../iam/documents.ts';

interface Wanted {
  readonly Policy?: string;
  readonly PolicyArns?: readonly { readonly arn?: string }[];
}

/** Maximum number of managed policies per session. */
const MAX_ARNS = 10;
/** Maximum packed size of policies and tags, in bytes: the room that request headers have. */
const MAX_PACKED_BYTES = 3072;

/**
 * Validates session policies. Returns undefined if none are given: the session is not limited then.
 */
export async function checkedSessionPolicies(
  store: Store,
  account: string,
  { Policy, PolicyArns }: Wanted,
): Promise<Session['policies']> {
  if (Policy === undefined && PolicyArns === undefined) return undefined;
  const arns = (PolicyArns ?? []).flatMap(({ arn }) => arn ?? []);
  if (arns.length > MAX_ARNS)
    throw new KmsError('LimitExceeded', `A session can have at most ${MAX_ARNS} managed policies.`);
  const found = await store.read((reader) =>
    Promise.all(arns.map((arn) => findManagedPolicy(reader, account, arn))),
  );
  const missing = arns.find((_arn, at) => !found[at]);
  if (missing !== undefined)
    throw new KmsError(
      'ValidationException',
      `Policy ${missing} does not exist or is not attachable.`,
    );
  return { documents: Policy === undefined ? [] : [checkedDocument(Policy, 'identity')], arns };
}

/**
 * Returns the packed size of policies and tags, in percent of the maximum.
 * @throws KmsError PackedPolicyTooLarge
 */
export function packedSize(
  policies: Session['policies'],
  tags: Session['tags'],
): { readonly PackedPolicySize?: number } {
  if (!policies && !tags) return {};
  const percent = Math.ceil(
    (deflateRawSync(JSON.stringify([policies, tags])).length / MAX_PACKED_BYTES) * 100,
  );
  if (percent <= 100) return { PackedPolicySize: percent };
  throw new KmsError(
    'PackedPolicyTooLarge',
    `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  );
}
