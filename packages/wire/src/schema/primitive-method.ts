import type { PrimitiveKind } from './shape.ts'

/** The name under which Reader and Writer have a primitive type in one of its forms. */
export function primitiveMethod(kind: PrimitiveKind, flexible: boolean, nullable: boolean): string {
  if (kind !== 'string' && kind !== 'bytes' && kind !== 'records') return kind
  const name = `${flexible ? 'Compact' : ''}${nullable ? 'Nullable' : ''}${kind === 'string' ? 'String' : 'Bytes'}`
  return name.charAt(0).toLowerCase() + name.slice(1)
}
