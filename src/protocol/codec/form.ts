import type { Members, MemberShape } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';

/** Form parameters as a tree: `Tags.member.1.Key` is four levels deep. */
interface Node {
  text?: string;
  readonly parts: Map<string, Node>;
}

/** Longer than any name of a contract. Longer names are unknown and ignored. */
const MAX_NAME_CHARS = 512;
/** More parts than a name of any contract has. */
const MAX_NAME_PARTS = 16;
/** Maximum number of parameters. A form of 50 tags has 100. */
const MAX_PARAMETERS = 2_048;
/** Longer than any time. */
const MAX_TIME_CHARS = 64;

/**
 * Reads the input from the parameters of the Query protocol, as values of JSON. `form` contains
 * them as they were sent, percent-encoded. Throws SerializationException if there are too many.
 */
export function formValue(form: Buffer, members: Members): Readonly<Record<string, unknown>> {
  return structure(treeOf(form, members), members);
}

function treeOf(form: Buffer, members: Members): Node {
  const root: Node = { parts: new Map() };
  let parameters = 0;
  for (let start = 0; start <= form.length;) {
    const next = form.indexOf('&', start, 'latin1');
    const end = next < 0 ? form.length : next;
    if ((parameters += 1) > MAX_PARAMETERS)
      throw new KmsError(
        'SerializationException',
        `The request has more than ${MAX_PARAMETERS} parameters`,
      );
    addParameter(root, members, form.toString('latin1', start, end));
    start = end + 1;
  }
  return root;
}

function addParameter(root: Node, members: Members, parameter: string): void {
  const at = parameter.indexOf('=');
  const name = at < 0 ? parameter : parameter.slice(0, at);
  if (name.length > MAX_NAME_CHARS) return;
  const node = nodeOf(root, { kind: 'struct', members }, decoded(name));
  if (node) node.text = at < 0 ? '' : decoded(parameter.slice(at + 1));
}

/**
 * Returns the node with this name, and creates it and those above it. A name that the contract does
 * not have creates nothing beyond the part that it does have, and its result is undefined.
 */
function nodeOf(root: Node, members: MemberShape, name: string): Node | undefined {
  let node = root;
  let step: Step | undefined = { shape: members };
  for (const part of name.split('.', MAX_NAME_PARTS)) {
    step = stepInto(step, part);
    if (!step) return undefined;
    const next: Node = node.parts.get(part) ?? { parts: new Map() };
    node.parts.set(part, next);
    node = next;
  }
  return node;
}

/**
 * A position in the contract: in front of a member of `shape` (`member` of a list, `entry` of a
 * map), in front of the `number` of an element, or in front of the `key` or `value` of an entry.
 */
type Step =
  | { readonly shape: MemberShape }
  | { readonly number: Step }
  | { readonly key: Step; readonly value: Step };

function stepInto(step: Step, part: string): Step | undefined {
  if ('number' in step) return NUMBER.test(part) ? step.number : undefined;
  if ('key' in step) return part === 'key' || part === 'value' ? step[part] : undefined;
  const { shape } = step;
  switch (shape.kind) {
    case 'struct': {
      const member = Object.hasOwn(shape.members, part) ? shape.members[part] : undefined;
      return member && { shape: member };
    }
    case 'list':
      return part === 'member' ? { number: { shape: shape.member } } : undefined;
    case 'map':
      return part === 'entry'
        ? { number: { key: { shape: shape.key }, value: { shape: shape.value } } }
        : undefined;
    case 'text':
    case 'enum':
    case 'blob':
    case 'int':
    case 'bool':
    case 'timestamp':
      return undefined;
  }
}

const NUMBER = /^\d{1,9}$/;
const HEX_BYTE = /^[\dA-Fa-f]{2}$/;
const [PERCENT, PLUS, SPACE] = [0x25, 0x2b, 0x20];
const ENCODED = /[%+\u0080-\u00FF]/;

/**
 * Decodes a name or value that has one character per byte. An invalid percent-encoding stays as it
 * is.
 */
function decoded(text: string): string {
  if (!ENCODED.test(text)) return text;
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const byte = code === PERCENT ? hexByte(text.slice(at + 1, at + 3)) : undefined;
    if (byte !== undefined) at += 2;
    bytes[length++] = byte ?? (code === PLUS ? SPACE : code);
  }
  return bytes.toString('utf8', 0, length);
}

function hexByte(digits: string): number | undefined {
  return HEX_BYTE.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

function structure({ parts }: Node, members: Members): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(members)) {
    const node = parts.get(name);
    if (node) result[name] = valueOf(node, shape);
  }
  return result;
}

/**
 * Converts a text to the kind of its shape. Malformed values stay text, and the decoder rejects
 * them.
 */
function valueOf(node: Node, shape: MemberShape): unknown {
  const { text } = node;
  switch (shape.kind) {
    case 'list':
      return numbered(node.parts.get('member')).map((one) => valueOf(one, shape.member));
    case 'map':
      return Object.fromEntries(
        numbered(node.parts.get('entry')).map((one) => entryOf(one, shape.value)),
      );
    case 'struct':
      return structure(node, shape.members);
    case 'int':
      return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : text;
    case 'bool':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'timestamp':
      return secondsOf(text);
    case 'text':
    case 'enum':
    case 'blob':
      return text;
  }
}

function numbered(node: Node | undefined): Node[] {
  const entries = [...(node?.parts ?? [])];
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, one]) => one);
}

function entryOf({ parts }: Node, shape: MemberShape): [string, unknown] {
  const value = parts.get('value');
  return [parts.get('key')?.text ?? '', value && valueOf(value, shape)];
}

function secondsOf(text: string | undefined): number | string | undefined {
  const time = text === undefined || text.length > MAX_TIME_CHARS ? NaN : Date.parse(text);
  return Number.isNaN(time) ? text : time / 1000;
}
