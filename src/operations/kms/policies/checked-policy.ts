import { KmsError, type KeyRow, type Principal } from '../../../domain/index.ts';
import { uniqueIdsIn } from '../../../identity/index.ts';
import {
  compilePolicy,
  defaultKeyPolicy,
  lockoutSafe,
  MAX_POLICY_BYTES,
  parsePolicy,
  PolicyError,
  type PolicyDocument,
  type RequestContext,
} from '../../../policy/index.ts';
import type { Services } from '../../services.ts';

/** The columns of a key's row that its policy determines. */
type KeyPolicy = Pick<KeyRow, 'policy' | 'policyPrincipals'>;

interface Wanted {
  readonly Policy?: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
}
interface PolicyAuthor {
  readonly caller: Principal;
  /** The request context that a later PutKeyPolicy of the same call would have. */
  readonly context: RequestContext;
}

/** Returns the policy of a new key, or the default policy if none is given. */
export function policyOfNewKey(
  services: Pick<Services, 'store'>,
  wanted: Wanted,
  author: PolicyAuthor,
): Promise<KeyPolicy> {
  const { Policy = defaultKeyPolicy(author.caller.account), ...rest } = wanted;
  return checkedPolicy(services, { ...rest, Policy }, author);
}

/** Returns the key policy document, as given, if it can be stored. */
export async function checkedPolicy(
  { store }: Pick<Services, 'store'>,
  { Policy, BypassPolicyLockoutSafetyCheck: bypass }: Wanted & { readonly Policy: string },
  { caller, context }: PolicyAuthor,
): Promise<KeyPolicy> {
  if (Buffer.byteLength(Policy, 'utf8') > MAX_POLICY_BYTES) {
    throw new KmsError(
      'LimitExceededException',
      `The key policy must not exceed ${MAX_POLICY_BYTES} bytes.`,
    );
  }
  const document = parsed(Policy);
  if (
    bypass !== true &&
    !lockoutSafe({ policy: compilePolicy(document), principal: caller, context })
  ) {
    throw new KmsError(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
  }
  return {
    policy: Policy,
    policyPrincipals: await store.read((reader) => uniqueIdsIn(reader, document, unknownPrincipal)),
  };
}

function parsed(text: string): PolicyDocument {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError)
      throw new KmsError('MalformedPolicyDocumentException', error.message, { cause: error });
    throw error;
  }
}

function unknownPrincipal(): KmsError {
  return new KmsError(
    'MalformedPolicyDocumentException',
    'Policy contains a statement with one or more invalid principals.',
  );
}

/** Requires the name `default`: every key has one policy, with this name. */
export function requireDefaultPolicyName(name: string | undefined): void {
  if (name !== undefined && name !== 'default')
    throw new KmsError('NotFoundException', `No such policy exists: ${name}`);
}
