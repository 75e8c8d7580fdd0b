import { deriveKey, open, seal, secretKey, type SecretKey } from '../../crypto/index.ts';
import { packValue, unpackValue } from '../wire/index.ts';
import type { RecordKind, ReplicaRecord } from './record.ts';

const KINDS: ReadonlySet<unknown> = new Set<RecordKind>([
  'key',
  'key-attributes',
  'user',
  'lockout',
  'setting',
  'member',
]);

/**
 * A record as it travels between HSMs. Only holders of the cluster's masking key can read its body.
 */
export interface SealedRecord extends Omit<ReplicaRecord, 'body'> {
  readonly sequence: number;
  readonly sealed: Uint8Array;
}

/**
 * Seals and opens record bodies under the cluster's masking key. Each is bound to its record and
 * version.
 */
export class RecordSeal {
  readonly #key: SecretKey;

  constructor(maskingKey: Uint8Array) {
    this.#key = secretKey(deriveKey(secretKey(maskingKey), 'keyhold records', Buffer.alloc(0), 32));
  }

  seal(record: ReplicaRecord & { readonly sequence: number }): SealedRecord {
    const { body, kind, id, version, deleted, sequence } = record;
    return {
      kind,
      id,
      version,
      deleted,
      sequence,
      sealed: seal(this.#key, packValue(body), binding(record)),
    };
  }

  /** Opens a sealed record. Throws if it was not created by `seal`. */
  open(value: unknown): ReplicaRecord {
    // Only peers can seal, so what opens was created by `seal`. The shape is checked only as far as
    // the binding needs it.
    const sealed = value as SealedRecord;
    const { kind, id, version, deleted } = sealed;
    if (
      !KINDS.has(kind) ||
      typeof id !== 'string' ||
      typeof deleted !== 'boolean' ||
      !Array.isArray(version)
    ) {
      throw new TypeError('not a sealed record');
    }
    return {
      kind,
      id,
      version,
      deleted,
      body: unpackValue(open(this.#key, sealed.sealed, binding(sealed))),
    };
  }
}

function binding({ kind, id, version, deleted }: Omit<ReplicaRecord, 'body'>): Buffer {
  return Buffer.from(JSON.stringify([kind, id, ...version, deleted]));
}
