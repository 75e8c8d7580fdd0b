import type { ListShape, MapShape, Members, MemberShape } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';
import { constraintsOf, type Constraint } from './constraints.ts';

/** Checks a decoded value and adds a sentence to `found` for each violated constraint. */
type Check = (value: unknown, path: string, found: string[]) => void;
/** Throws a ValidationException that lists everything that is wrong with a decoded input. */
export type Validate = (input: Readonly<Record<string, unknown>>) => void;

/**
 * Further violations are not listed, so that a response is never many times as long as its request.
 */
const MAX_VIOLATIONS = 50;

/**
 * Compiles the validator of an input, once per operation. Source of the texts: recordings of KMS,
 * and the form shared by AWS's services.
 */
export function compileValidator(members: Members): Validate {
  const check = compileMembers(members);
  if (!check) return () => undefined;
  return (input) => {
    const found: string[] = [];
    check(input, '', found);
    if (found.length > 0) throw new KmsError('ValidationException', summary(found));
  };
}

function summary(found: readonly string[]): string {
  const listed = found.slice(0, MAX_VIOLATIONS);
  return `${listed.length} validation error${listed.length === 1 ? '' : 's'} detected: ${listed.join('; ')}`;
}

/** Returns undefined if there is nothing to check, so that it costs nothing. */
function compileMembers(members: Members): Check | undefined {
  const parts = Object.entries(members).flatMap(([name, shape]) => {
    const check = compile(shape);
    return check || shape.required
      ? [{ name, at: lowerCamel(name), check, required: shape.required === true }]
      : [];
  });
  if (parts.length === 0) return undefined;
  return (value, path, found) => {
    for (const { name, at, check, required } of parts) {
      const given = (value as Readonly<Record<string, unknown>>)[name];
      if (given !== undefined) check?.(given, path + at, found);
      else if (required)
        found.push(
          `Value null at '${path}${at}' failed to satisfy constraint: Member must not be null`,
        );
    }
  };
}

function compile(shape: MemberShape): Check | undefined {
  if (shape.kind === 'struct') {
    const members = compileMembers(shape.members);
    return members && ((value, path, found) => members(value, `${path}.`, found));
  }
  const own = ownCheck(shape);
  const inner = innerCheck(shape);
  if (!own || !inner) return own ?? inner;
  return (value, path, found) => {
    const before = found.length;
    own(value, path, found);
    if (found.length === before) inner(value, path, found);
  };
}

function ownCheck(shape: MemberShape): Check | undefined {
  const constraints = constraintsOf(shape);
  if (constraints.length === 0) return undefined;
  const shown = isSecret(shape) ? undefined : shape;
  return (value, path, found) => {
    for (const { holds, sentence } of constraints) {
      if (!holds(value)) found.push(violation(value, path, shown, sentence));
    }
  };
}

function innerCheck(shape: MemberShape): Check | undefined {
  if (shape.kind === 'list') return compileList(shape);
  return shape.kind === 'map' ? compileMap(shape) : undefined;
}

/** Structures in a list are reported one by one, plain values only with their list. */
function compileList(shape: ListShape): Check | undefined {
  if (shape.member.kind === 'struct') {
    const check = compile(shape.member);
    return (
      check && ((value, path, found) => eachMember(value as readonly unknown[], path, found, check))
    );
  }
  return plainMembers(shape, shape.member, 'Member', (value) => value as readonly unknown[]);
}

function eachMember(values: readonly unknown[], path: string, found: string[], check: Check): void {
  for (let at = 0; at < values.length && found.length < MAX_VIOLATIONS; at++)
    check(values[at], `${path}.${at + 1}.member`, found);
}

function compileMap(shape: MapShape): Check | undefined {
  const keys = plainMembers(shape, shape.key, 'Map keys', (value) => Object.keys(value as object));
  const values = plainMembers(shape, shape.value, 'Map value', (value) =>
    Object.values(value as object),
  );
  if (!keys || !values) return keys ?? values;
  return (value, path, found) => {
    keys(value, path, found);
    values(value, path, found);
  };
}

function plainMembers(
  shape: ListShape | MapShape,
  member: MemberShape,
  subject: string,
  valuesOf: (value: unknown) => readonly unknown[],
): Check | undefined {
  const constraints = constraintsOf(member);
  if (constraints.length === 0) return undefined;
  const sentence = `${subject} must satisfy constraint: [${constraints.map((one) => one.sentence).join(', ')}]`;
  const shown = isSecret(shape) ? undefined : shape;
  return (value, path, found) => {
    if (!valuesOf(value).every((one) => holdsAll(constraints, one)))
      found.push(violation(value, path, shown, sentence));
  };
}

function holdsAll(constraints: readonly Constraint[], value: unknown): boolean {
  return constraints.every(({ holds }) => holds(value));
}

function violation(
  value: unknown,
  path: string,
  shown: MemberShape | undefined,
  sentence: string,
): string {
  return `Value${shown ? ` '${textOf(value, shown)}'` : ''} at '${path}' failed to satisfy constraint: ${sentence}`;
}

/** Bytes are secret, too: they are plaintexts or ciphertexts. */
function isSecret(shape: MemberShape): boolean {
  if (shape.sensitive || shape.kind === 'blob') return true;
  if (shape.kind === 'list') return isSecret(shape.member);
  if (shape.kind === 'map') return isSecret(shape.value);
  return shape.kind === 'struct' && Object.values(shape.members).some(isSecret);
}

/** Formats a value the way Java prints lists and maps. */
function textOf(value: unknown, shape: MemberShape): string {
  if (shape.kind === 'list')
    return `[${(value as readonly unknown[]).map((one) => textOf(one, shape.member)).join(', ')}]`;
  if (shape.kind === 'map')
    return fieldsText(
      Object.entries(value as object).map(([name, one]) => [name, one, shape.value]),
    );
  if (shape.kind !== 'struct') return String(value);
  const members = Object.entries(shape.members).map(
    ([name, one]) =>
      [lowerCamel(name), (value as Readonly<Record<string, unknown>>)[name], one] as const,
  );
  return fieldsText(members.filter(([, one]) => one !== undefined));
}

function fieldsText(
  fields: readonly (readonly [name: string, value: unknown, shape: MemberShape])[],
): string {
  return `{${fields.map(([name, value, shape]) => `${name}=${textOf(value, shape)}`).join(', ')}}`;
}

function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
