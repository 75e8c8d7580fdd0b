/**
 * Members of a command's input that an approval does not cover: secrets, which approvers must not
 * see and whose hash could be guessed, and the approval itself.
 */
const UNCOVERED: ReadonlySet<string> = new Set(['approval', 'password', 'passphrase', 'shares']);

/**
 * Returns the text of one operation: the command and its arguments, as ASCII JSON in a fixed order.
 * Approvers see this text, and an approval covers its SHA-256. Equal texts mean the same operation.
 */
export function operationText(command: string, input: object): string {
  const covered = Object.entries(input).filter(([name]) => !UNCOVERED.has(name));
  const text = JSON.stringify({ command, arguments: ordered(Object.fromEntries(covered)) });
  // Characters that a terminal could hide or reorder are escaped.
  return text.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Returns a value with the members of its maps in alphabetical order, and its bytes in hex. */
function ordered(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, ordered(member)]),
  );
}
