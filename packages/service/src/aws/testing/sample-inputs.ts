import type { Member, ServiceSchema, Type } from '../schema.ts'

/** What a service asks of a member beyond its type. */
interface SampleRule {
  readonly min?: number | undefined
  readonly oneOf?: readonly unknown[] | undefined
  readonly pattern?: RegExp | undefined
  readonly each?: SampleRule | undefined
}

interface SampleOptions {
  /** Of members: as they stand on the wire, or those of the SDK. */
  readonly naming: 'wire' | 'name'
  readonly ruleOf?: (structure: string, member: Member) => SampleRule | null | undefined
  /** Of members by their names: those that are more than any text. */
  readonly texts?: Readonly<Record<string, string>>
  /** Beside the required ones. */
  readonly also?: Member | undefined
}

/** For tests: an input that the model allows, with the required members of a structure. */
export function sampleOf(
  schema: ServiceSchema,
  structure: string,
  options: SampleOptions,
): Record<string, unknown> {
  const { also, ...others } = options
  return Object.fromEntries(
    schema
      .structure(structure)
      .members.filter((member) => member.required || member.name === also?.name)
      .map((member) => [member[options.naming], memberOf(schema, structure, member, others)]),
  )
}

function memberOf(schema: ServiceSchema, structure: string, member: Member, options: SampleOptions): unknown {
  const { naming, ruleOf, texts } = options
  const { min, oneOf, pattern, each }: SampleRule = ruleOf?.(structure, member) ?? {}
  const valueOf = (type: Type): unknown => {
    switch (type.kind) {
      case 'structure':
        return sampleOf(schema, type.name, options)
      case 'list':
        return [each?.oneOf?.[0] ?? valueOf(type.of)]
      case 'map':
        return { sample: valueOf(type.of) }
      case 'number':
        return min ?? 1
      case 'timestamp':
        return 1_700_000_000
      case 'boolean':
        return true
      case 'blob':
        return naming === 'wire' ? 'YQ==' : new Uint8Array([97])
      default:
        return texts?.[member.name] ?? (pattern?.test('sample') === false ? '1' : 'sample')
    }
  }
  return oneOf?.[0] ?? valueOf(member.type)
}
