import { zeroUuid } from '../uuid.ts'
import type { FieldShape, StructShape, TypeShape } from './shape.ts'

/** The source text of a fresh default value of a field. */
export function defaultExpression(field: FieldShape): string {
  if (field.default === undefined) return field.type.kind === 'records' ? 'null' : emptyExpression(field.type)
  return literal(field.default)
}

function emptyExpression(type: TypeShape): string {
  switch (type.kind) {
    case 'bool':
      return 'false'
    case 'hash64':
      return '0n'
    case 'string':
      return "''"
    case 'uuid':
      return literal(zeroUuid)
    case 'bytes':
    case 'records':
      return 'Buffer.alloc(0)'
    case 'array':
      return '[]'
    case 'struct':
      return structExpression(type)
    default:
      return '0'
  }
}

function structExpression(shape: StructShape): string {
  return `{ ${shape.fields.map((field) => `${field.name}: ${defaultExpression(field)}`).join(', ')} }`
}

/** The source text of the test whether `value`, an expression without side effects, is a field's default. */
export function isDefaultExpression(
  field: FieldShape,
  value: string,
  isDefaultStruct: (shape: StructShape) => string,
): string {
  const { type } = field
  const initial = field.default === undefined && type.kind === 'records' ? null : field.default
  if (initial === null) return `${value} == null`
  switch (type.kind) {
    case 'bytes':
    case 'records':
    case 'array':
      return `(${value} === undefined || (${value} !== null && ${value}.length === 0))`
    case 'struct':
      return `(${value} === undefined || (${value} !== null && ${isDefaultStruct(type)}(${value})))`
    default:
      return `(${value} === undefined || ${value} === ${defaultExpression(field)})`
  }
}

function literal(value: number | bigint | string | boolean | null): string {
  if (typeof value === 'bigint') return `${value}n`
  return JSON.stringify(value)
}
