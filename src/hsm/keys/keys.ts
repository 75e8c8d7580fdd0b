import { allReady, BoundedCache, whenReady } from '../../base/index.ts';
import { formOf, type Engine, type EngineKey, type EngineResult } from '../engine/index.ts';
import type { Change, Replica, ReplicaRecord } from '../replication/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type KeyForm } from '../wire/index.ts';
import type { FixedAttributes, Key, KeyAbility } from './key.ts';
import { confines } from './unwrap-template.ts';

/** CloudHSM's quota for hsm2m.medium. */
export const MAX_KEYS = 16_666;
const MAX_SESSION_KEYS = 32_768;

/**
 * Prefix of the setting that says whether a key is trusted, and marks that it ever was. It is a
 * record of its own, because another change of the key's attributes at the same time, at another
 * HSM, must not undo it.
 */
const ONCE_TRUSTED = 'once-trusted/';

/** `true` is from earlier versions: then the attribute in `key-attributes` counts. */
type TrustBody = { readonly trusted: boolean } | true;

interface KeyBody {
  readonly owner: string;
  readonly fixed: FixedAttributes;
  readonly form: KeyForm;
  readonly material: Uint8Array;
}
type FixedPart = Pick<Key, 'owner' | 'fixed' | 'engineKey'>;
type ChangeablePart = Pick<Key, 'sharedUsers' | 'changeable'>;

/** All keys of this HSM: the cluster's token keys, and the session keys created here. */
export class Keys {
  readonly #engine: Engine;
  readonly #fixedParts = new Map<string, FixedPart>();
  readonly #changeableParts = new Map<string, ChangeablePart>();
  /** Imports in progress, by handle. */
  readonly #imports = new Map<string, Promise<void>>();
  readonly #importFailed: (handle: string, error: unknown) => void;
  readonly #tokenKeys = new Map<string, Key>();
  /** Trust of the keys that an admin has ever trusted, by handle. */
  readonly #trust = new Map<string, TrustBody>();
  readonly #sessionKeys: BoundedCache<string, { readonly key: Key; readonly session: Session }>;

  constructor(
    engine: Engine,
    replica: Replica,
    importFailed: (handle: string, error: unknown) => void,
  ) {
    this.#engine = engine;
    this.#importFailed = importFailed;
    this.#sessionKeys = new BoundedCache(MAX_SESSION_KEYS, ({ session }, handle) =>
      session.keys.delete(handle),
    );
    replica.subscribe('key', (record) => this.#applyKey(record));
    replica.subscribe('key-attributes', (record) => this.#applyAttributes(record));
    replica.subscribe('setting', (record) => this.#applyTrust(record));
  }

  /**
   * Number of token keys, including those that the engine is importing. Session keys are not
   * counted.
   */
  get count(): number {
    return this.#tokenKeys.size + this.#imports.size;
  }

  /**
   * Resolves when each key that the engine is importing now is usable or has failed. Returns
   * undefined if no import is in progress, as with every engine that imports synchronously.
   */
  imported(): Promise<void> | undefined {
    if (this.#imports.size === 0) return undefined;
    return Promise.all(this.#imports.values()).then(() => undefined);
  }

  /**
   * Returns a key that `session` may see. Throws `key-not-found` for keys of other users, so that
   * their existence stays hidden.
   */
  get(handle: string, session: Session): Key {
    const key = this.#tokenKeys.get(handle) ?? this.#sessionKeys.get(handle)?.key;
    if (!key || !maySee(key, session.username)) throw new HsmError('key-not-found');
    return key;
  }

  /**
   * Returns a key that `session` may see and use in this way. For operations with a public key, a
   * private key with the attribute `inverse` will do: a user who may decrypt may also encrypt.
   */
  usable(
    handle: string,
    session: Session,
    ability: KeyAbility,
    inverse: KeyAbility = ability,
  ): Key {
    const key = this.get(handle, session);
    const needed = key.engineKey.class === 'private-key' ? inverse : ability;
    // A race between HSMs may have allowed what `amend` refuses. The fixed attributes decide.
    const barred = needed === 'decrypt' && key.fixed.unwrapTemplate !== undefined;
    if (!key.changeable[needed] || barred)
      throw new HsmError('key-not-usable', `the key does not allow ${needed}`);
    return key;
  }

  /**
   * Returns whether keys wrapped under this key may have been so because it was trusted: it is
   * trusted, or was.
   */
  wasTrusted({ handle, changeable }: Key): boolean {
    return changeable.trusted || this.#trust.has(handle);
  }

  /** Returns whether what this key unwraps leaves the HSMs never, or under trusted keys only. */
  confines(key: Key): boolean {
    return this.wasTrusted(key) || key.fixed.confined === true || confines(key.fixed);
  }

  /** Returns the private keys here that are of the same type and have the same check value. */
  privateKeysLike({ type, checkValue }: EngineKey): Key[] {
    const sessionKeys = [...this.#sessionKeys.values()].map(({ key }) => key);
    return [...this.#tokenKeys.values(), ...sessionKeys].filter(
      ({ engineKey }) =>
        engineKey.class === 'private-key' &&
        engineKey.type === type &&
        engineKey.checkValue === checkValue,
    );
  }

  /** Returns a key that `session` may see and whose owner is its user. */
  owned(handle: string, session: Session): Key {
    const key = this.get(handle, session);
    if (key.owner !== session.username)
      throw new HsmError('not-permitted', 'the key is owned by another user');
    return key;
  }

  /** Returns a token key of any owner, for admins. */
  anyTokenKey(handle: string): Key {
    const key = this.#tokenKeys.get(handle);
    if (!key) throw new HsmError('key-not-found');
    return key;
  }

  /** Returns all token keys. */
  all(): Key[] {
    return [...this.#tokenKeys.values()];
  }

  /**
   * Returns the token keys that the user may see and the session's own session keys. For admins,
   * returns all token keys.
   */
  visible(session: Session): Key[] {
    const tokenKeys = this.all();
    if (session.role === 'admin') return tokenKeys;
    const own = [...session.keys].flatMap((handle) => this.#sessionKeys.get(handle)?.key ?? []);
    return [...tokenKeys.filter((key) => maySee(key, session.username)), ...own];
  }

  owns(username: string): boolean {
    for (const key of this.#tokenKeys.values()) if (key.owner === username) return true;
    return false;
  }

  /** Returns the token keys of other owners that are shared with a user. */
  sharedWith(username: string): Key[] {
    return [...this.#tokenKeys.values()].filter(({ sharedUsers }) =>
      sharedUsers.includes(username),
    );
  }

  putSessionKey(key: Key, session: Session): void {
    session.keys.add(key.handle);
    this.#sessionKeys.set(key.handle, { key, session });
  }

  dropSessionKey(handle: string): void {
    const entry = this.#sessionKeys.get(handle);
    entry?.session.keys.delete(handle);
    this.#sessionKeys.delete(handle);
  }

  /** Removes the session keys of a session that has ended. */
  dropSession(session: Session): void {
    for (const handle of session.keys) this.#sessionKeys.delete(handle);
    session.keys.clear();
  }

  /** Returns the changes that create these keys in the cluster. */
  creation(keys: readonly Key[]): EngineResult<Change[]> {
    const materials = allReady(keys.map(({ engineKey }) => this.#engine.exportMaterial(engineKey)));
    return whenReady(materials, (bytes) =>
      keys.flatMap((key, index) => creationOf(key, bytes[index] ?? new Uint8Array())),
    );
  }

  /** Returns the changes that update the changeable parts of a key. */
  alteration({ handle, sharedUsers, changeable }: Key): Change[] {
    return [{ kind: 'key-attributes', id: handle, body: { sharedUsers, changeable } }];
  }

  /**
   * Returns the change that sets whether a key is trusted. Whatever the value, the key counts as
   * trusted before from then on.
   */
  trust({ handle }: Key, trusted: boolean): Change {
    const body: TrustBody = { trusted };
    return { kind: 'setting', id: ONCE_TRUSTED + handle, body };
  }

  /** Returns the changes that destroy a key. */
  destruction({ handle }: Key): Change[] {
    return [
      { kind: 'key', id: handle },
      { kind: 'key-attributes', id: handle },
      ...(this.#trust.has(handle) ? [{ kind: 'setting', id: ONCE_TRUSTED + handle } as const] : []),
    ];
  }

  #applyKey({ id, deleted, body }: ReplicaRecord): void {
    this.#imports.delete(id);
    if (deleted) {
      this.#fixedParts.delete(id);
      this.#combine(id);
      return;
    }
    const { owner, fixed, form, material } = body as KeyBody;
    const put = (engineKey: EngineKey): void => {
      this.#fixedParts.set(id, { owner, fixed, engineKey });
      this.#combine(id);
    };
    const imported = this.#engine.importMaterial(form, material);
    if (imported instanceof Promise) this.#putLater(id, imported, put);
    else put(imported);
  }

  /** Puts the key once it is imported, unless a newer record has arrived in the meantime. */
  #putLater(id: string, imported: Promise<EngineKey>, put: (engineKey: EngineKey) => void): void {
    const done = imported
      .then(
        (engineKey) => {
          if (this.#imports.get(id) === done) put(engineKey);
        },
        (error: unknown) => this.#importFailed(id, error),
      )
      .finally(() => {
        if (this.#imports.get(id) === done) this.#imports.delete(id);
      });
    this.#imports.set(id, done);
  }

  #applyAttributes({ id, deleted, body }: ReplicaRecord): void {
    if (deleted) this.#changeableParts.delete(id);
    else this.#changeableParts.set(id, body as ChangeablePart);
    this.#combine(id);
  }

  #applyTrust({ id, deleted, body }: ReplicaRecord): void {
    if (!id.startsWith(ONCE_TRUSTED)) return;
    const handle = id.slice(ONCE_TRUSTED.length);
    if (deleted) this.#trust.delete(handle);
    else this.#trust.set(handle, body as TrustBody);
    this.#combine(handle);
  }

  /** Combines a key from its records, which may arrive in any order. */
  #combine(handle: string): void {
    const fixedPart = this.#fixedParts.get(handle);
    const changeablePart = this.#changeableParts.get(handle);
    if (!fixedPart || !changeablePart) {
      this.#tokenKeys.delete(handle);
      return;
    }
    const { sharedUsers, changeable } = changeablePart;
    const trust = this.#trust.get(handle);
    const trusted = typeof trust === 'object' ? trust.trusted : changeable.trusted;
    this.#tokenKeys.set(handle, {
      handle,
      ...fixedPart,
      sharedUsers,
      changeable: { ...changeable, trusted },
    });
  }
}

function creationOf(
  { handle, owner, fixed, engineKey, sharedUsers, changeable }: Key,
  material: Uint8Array,
): Change[] {
  const body: KeyBody = { owner, fixed, form: formOf(engineKey), material };
  return [
    { kind: 'key', id: handle, body },
    { kind: 'key-attributes', id: handle, body: { sharedUsers, changeable } },
  ];
}

function maySee({ owner, sharedUsers }: Key, username: string): boolean {
  return owner === username || sharedUsers.includes(username);
}
