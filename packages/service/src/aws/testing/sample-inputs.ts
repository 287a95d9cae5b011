import type { ServiceSchema, Type } from '../schema.ts'

/**
 * For tests: the required members of a structure, as they stand on the wire or by the names of the SDK; of `rules`, where a
 * member has a list of values, the first of them.
 */
export function sampleOf(
  schema: ServiceSchema,
  structure: string,
  naming: 'wire' | 'name',
  rules: Readonly<Record<string, { oneOf?: readonly unknown[] }>> = {},
): Record<string, unknown> {
  const sample = (type: Type): unknown => {
    switch (type.kind) {
      case 'structure':
        return sampleOf(schema, type.name, naming, rules)
      case 'list':
        return [sample(type.of)]
      case 'map':
        return {}
      case 'number':
      case 'timestamp':
        return 1
      case 'boolean':
        return true
      case 'blob':
        return naming === 'wire' ? 'YQ==' : new Uint8Array([97])
      default:
        return 'sample'
    }
  }
  return Object.fromEntries(
    schema
      .structure(structure)
      .members.filter(({ required }) => required)
      .map((member) => [
        member[naming],
        rules[`${structure}.${member.name}`]?.oneOf?.[0] ?? sample(member.type),
      ]),
  )
}
