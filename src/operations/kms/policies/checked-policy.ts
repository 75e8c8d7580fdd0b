import { KmsError, type Principal } from '../../../domain/index.ts';
import { compilePolicy, lockoutSafe, parsePolicy, PolicyError, type CompiledPolicy, type RequestContext } from '../../../policy/index.ts';

const MAX_POLICY_BYTES = 32_768;

interface LockoutCheck {
  readonly bypass: boolean | undefined;
  readonly caller: Principal;
  /** What the call would show if it put the policy again. */
  readonly context: RequestContext;
}

/** The key policy document if it may be stored, as it was given. */
export function checkedPolicy(text: string, { bypass, caller, context }: LockoutCheck): string {
  if (Buffer.byteLength(text, 'utf8') > MAX_POLICY_BYTES) {
    throw new KmsError('LimitExceededException', `The key policy must not exceed ${MAX_POLICY_BYTES} bytes.`);
  }
  const policy = compiled(text);
  if (bypass !== true && !lockoutSafe({ policy, principal: caller, context })) {
    throw new KmsError('MalformedPolicyDocumentException', 'The new key policy will not allow you to update the key policy in the future.');
  }
  return text;
}

function compiled(text: string): CompiledPolicy {
  try {
    return compilePolicy(parsePolicy(text));
  } catch (error) {
    if (error instanceof PolicyError) throw new KmsError('MalformedPolicyDocumentException', error.message, { cause: error });
    throw error;
  }
}

/** Every key has one policy, and it has one name. */
export function requireDefaultPolicyName(name: string | undefined): void {
  if (name !== undefined && name !== 'default') throw new KmsError('NotFoundException', `No such policy exists: ${name}`);
}
