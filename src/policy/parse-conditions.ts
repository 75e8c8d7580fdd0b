import { parseOperatorName } from './conditions/operator-name.ts';
import { PolicyError, type Condition, type PolicyKind, type Statement } from './document.ts';
import { bounded, listOf, object, shown } from './json.ts';

/**
 * Form of a condition key: `aws:SourceIp`, `kms:EncryptionContext:App`,
 * `issuer.example.com/realm:sub`.
 */
const KEY = /^[A-Za-z0-9][^\s:]*:\S/;

/** Single-valued keys. `ForAllValues` in an Allow is always met by requests that lack them. */
const SINGLE_VALUED = /^(?:kms:encryptioncontext:|aws:requesttag\/)/;

/** The statement that contains the Condition element. */
interface StatementContext {
  readonly effect: Statement['effect'];
  readonly kind: PolicyKind;
}

/** Parses the Condition element: operator → key → one value or many. @throws PolicyError */
export function parseConditions(element: unknown, { effect, kind }: StatementContext): Condition[] {
  return Object.entries(object(element, 'Condition')).flatMap(([operator, tests]) => {
    const name = parseOperatorName(operator);
    if (!name) throw new PolicyError(`Invalid Condition type : ${shown(operator)}.`);
    return Object.entries(object(tests, 'Each operator of a Condition')).map(
      ([key, values]): Condition => {
        if (!KEY.test(key))
          throw new PolicyError(
            'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
          );
        if (
          kind === 'key' &&
          effect === 'Allow' &&
          name.set === 'all' &&
          SINGLE_VALUED.test(key.toLowerCase())
        )
          throw overlyPermissive(key);
        return { operator, key, values: listOf(values).map(conditionValue) };
      },
    );
  });
}

/** Numbers and booleans may be written without quotes. */
function conditionValue(value: unknown): string {
  if (typeof value === 'string') return bounded(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new PolicyError('Each value of a Condition must be a string, a number or a boolean.');
}

function overlyPermissive(key: string): PolicyError {
  return new PolicyError(
    `OverlyPermissiveCondition: ForAllValues in an Allow statement is met by requests without the single-valued key ${shown(key)}. Use the operator without ForAllValues.`,
  );
}
