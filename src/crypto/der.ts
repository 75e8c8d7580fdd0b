/**
 * The part of DER (X.690) that SM2 ciphertexts need: one sequence of integers and octet strings.
 */

type Item = { readonly integer: bigint } | { readonly octets: Uint8Array };

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;

export function writeSequence(items: readonly Item[]): Buffer {
  return tagged(
    SEQUENCE,
    Buffer.concat(
      items.map((item) =>
        'integer' in item ? writeInteger(item.integer) : tagged(OCTETS, item.octets),
      ),
    ),
  );
}

/**
 * Returns the items of a sequence. Returns undefined if `bytes` is anything else, or longer than
 * the sequence.
 */
export function readSequence(bytes: Uint8Array): Item[] | undefined {
  const whole = readTagged(bytes);
  if (whole?.tag !== SEQUENCE || whole.rest.length > 0) return undefined;
  const items: Item[] = [];
  for (let rest = whole.content; rest.length > 0;) {
    const one = readTagged(rest);
    if (one?.tag === INTEGER && one.content.length > 0)
      items.push({ integer: BigInt(`0x${Buffer.from(one.content).toString('hex')}`) });
    else if (one?.tag === OCTETS) items.push({ octets: one.content });
    else return undefined;
    rest = one.rest;
  }
  return items;
}

/** Encodes a non-negative integer. */
function writeInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return tagged(INTEGER, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}

function readTagged(
  bytes: Uint8Array,
): { readonly tag: number; readonly content: Uint8Array; readonly rest: Uint8Array } | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  const more = first < 0x80 ? 0 : first - 0x80;
  if (more > 2) return undefined;
  const start = 2 + more;
  let length = more === 0 ? first : 0;
  for (const digit of bytes.subarray(2, start)) length = length * 0x100 + digit;
  if (bytes.length < start + length) return undefined;
  return {
    tag,
    content: bytes.subarray(start, start + length),
    rest: bytes.subarray(start + length),
  };
}
