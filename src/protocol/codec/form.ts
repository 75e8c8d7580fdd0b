import type { Members, MemberShape } from '../../contract/index.ts';

/** Form parameters as a tree: `Tags.member.1.Key` is four levels deep. */
interface Node {
  text?: string;
  readonly parts: Map<string, Node>;
}

/** Reads the input from the parameters of the Query protocol, as values of JSON. */
export function formValue(
  parameters: URLSearchParams,
  members: Members,
): Readonly<Record<string, unknown>> {
  return structure(treeOf(parameters), members);
}

/** Longer than any name of a contract. Longer names are unknown and ignored. */
const MAX_NAME_CHARS = 512;

function treeOf(parameters: URLSearchParams): Node {
  const root: Node = { parts: new Map() };
  for (const [name, text] of parameters) {
    if (name.length > MAX_NAME_CHARS) continue;
    let node = root;
    for (const part of name.split('.')) {
      const next = node.parts.get(part) ?? { parts: new Map<string, Node>() };
      node.parts.set(part, next);
      node = next;
    }
    node.text = text;
  }
  return root;
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
  const entries = [...(node?.parts ?? [])].filter(([name]) => /^\d{1,9}$/.test(name));
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, one]) => one);
}

function entryOf({ parts }: Node, shape: MemberShape): [string, unknown] {
  const value = parts.get('value');
  return [parts.get('key')?.text ?? '', value && valueOf(value, shape)];
}

function secondsOf(text: string | undefined): number | string | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? text : time / 1000;
}
