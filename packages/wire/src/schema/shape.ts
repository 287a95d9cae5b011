/** A schema as it looks at run time: what codec, tests and tools walk over. */
export type PrimitiveKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'hash64'
  | 'uint16'
  | 'uint32'
  | 'float64'
  | 'string'
  | 'bytes'
  | 'records'
  | 'uuid'

/** How a type looks at run time. */
export type TypeShape =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'array'; readonly element: TypeShape }
  | StructShape

export interface StructShape {
  readonly kind: 'struct'
  readonly name: string
  readonly fields: readonly FieldShape[]
}

export interface FieldOptions {
  /** Versions in which the value may be null. */
  readonly nullable?: string
  /** What an absent value is, if not zero, false, empty, or a struct of defaults. */
  readonly default?: number | bigint | string | boolean | null
  /** A writer may drop the value in a version that cannot carry it; otherwise it must refuse. */
  readonly ignorable?: boolean
  /** The struct is looked up by this field. */
  readonly mapKey?: boolean
  /** What the value names: 'topicName', 'groupId', … */
  readonly entityType?: string
  /** The decoded value may share memory with what it was read from. */
  readonly zeroCopy?: boolean
  /** Versions in which the value travels as a tagged field, under this tag. */
  readonly tagged?: string
  readonly tag?: number
  /** Versions in which this field has the flexible form, where they are not its message's. */
  readonly flexible?: string
}

export interface FieldShape extends FieldOptions {
  readonly name: string
  readonly type: TypeShape
  readonly versions: string
}

export interface MessageOptions {
  readonly versions: string
  /** Versions with compact lengths and tagged fields. */
  readonly flexible: string
}
