/**
 * The wire contract as data: nine kinds of member, with the constraints of the service models.
 * `ShapeOf<T>` ties a table to a type, so that a missing member, a wrong kind or a wrong required
 * flag does not compile.
 */

interface Flags {
  readonly required?: true;
  /** True if errors must not repeat the value. */
  readonly sensitive?: true;
}
/**
 * Bounds: of a number its value, of all others the length (text in UTF-16 units, blobs in bytes).
 */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface TextShape extends Flags, Bounds {
  readonly kind: 'text';
  /** The pattern as the service model spells it. The whole text must match. */
  readonly pattern?: string;
}
export interface EnumShape<V extends string = string> extends Flags {
  readonly kind: 'enum';
  /** The names are the values, so that a table of the domain can be used directly. */
  readonly values: Readonly<Record<V, unknown>>;
}
export interface BlobShape extends Flags, Bounds {
  readonly kind: 'blob';
}
export interface BoolShape extends Flags {
  readonly kind: 'bool';
}
export interface IntShape extends Flags, Bounds {
  readonly kind: 'int';
}
export interface TimestampShape extends Flags {
  readonly kind: 'timestamp';
}
export interface ListShape<M = MemberShape> extends Flags, Bounds {
  readonly kind: 'list';
  readonly member: M;
}
export interface MapShape<M = MemberShape> extends Flags, Bounds {
  readonly kind: 'map';
  readonly key: TextShape;
  readonly value: M;
}
export interface StructShape<S = Members> extends Flags {
  readonly kind: 'struct';
  readonly members: S;
}

export type MemberShape =
  | TextShape
  | EnumShape
  | BlobShape
  | BoolShape
  | IntShape
  | TimestampShape
  | ListShape
  | MapShape
  | StructShape;
/** The members of an input, in the order in which errors name them. */
export interface Members {
  readonly [name: string]: MemberShape;
}

/** The kind of shape that decodes to `V`. The brackets prevent distribution over unions. */
type MemberOf<V> = [V] extends [Uint8Array]
  ? BlobShape
  : [V] extends [Date]
    ? TimestampShape
    : [V] extends [boolean]
      ? BoolShape
      : [V] extends [number]
        ? IntShape
        : [V] extends [string]
          ? string extends V
            ? TextShape | EnumShape
            : EnumShape<V>
          : [V] extends [readonly (infer E)[]]
            ? ListShape<MemberOf<E>>
            : string extends keyof V
              ? MapShape<MemberOf<V[keyof V]>>
              : StructShape<ShapeOf<V>>;

type RequiredFlag<T, K extends keyof T> =
  {} extends Pick<T, K> ? { readonly required?: never } : { readonly required: true };

/**
 * The table that an exact input type `T` requires: every member, with its kind and required flag.
 */
export type ShapeOf<T> = {
  readonly [K in keyof T]-?: MemberOf<Exclude<T[K], undefined>> & RequiredFlag<T, K>;
};
