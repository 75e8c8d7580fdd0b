import { deflateRawSync } from 'node:zlib';
import { KmsError } from '../../domain/index.ts';
import { findManagedPolicy, type Session } from '../../identity/index.ts';
import type { Store } from '../../storage/index.ts';
import { checkedDocument } from '../iam/documents.ts';

interface Wanted {
  readonly Policy?: string;
  readonly PolicyArns?: readonly { readonly arn?: string }[];
}

/** How many managed policies a session can be given. */
const MAX_ARNS = 10;
/** Bytes that policies and tags may take when packed: what request headers have room for. */
const MAX_PACKED_BYTES = 3072;

/** Session policies as wanted; undefined if there are none, so that the session isn't limited. */
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

/** How much of the room for policies and tags is taken, in percent. @throws PackedPolicyTooLarge */
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
