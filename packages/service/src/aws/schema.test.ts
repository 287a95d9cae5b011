import * as sdk from '@aws-sdk/client-kafka'
import { describe, expect, it } from 'vitest'
import { memberRules } from './msk/constraints.ts'
import { parseServiceSchema } from './schema.ts'
import * as kafka from './schemas/kafka.generated.ts'

const generator = new URL('../../../../scripts/generate-aws-schemas.mjs', import.meta.url).href
const schema = parseServiceSchema(kafka)

describe('the generated schema', () => {
  it('is what the pinned SDK exports', async () => {
    const { describeService, sdkVersionOf } = await import(/* @vite-ignore */ generator)
    const { operations, structures } = describeService(sdk)
    expect(kafka.operations.trim().split('\n')).toEqual(operations)
    expect(kafka.structures.trim().split('\n')).toEqual(structures)
    expect(kafka.sdkVersion).toBe(sdkVersionOf('@aws-sdk/client-kafka'))
  })

  it('knows required members, places and types', () => {
    expect(schema.structure('UntagResourceRequest').members).toEqual([
      { name: 'ResourceArn', required: true, place: 'label', wire: 'resourceArn', type: { kind: 'string' } },
      {
        name: 'TagKeys',
        required: true,
        place: 'query',
        wire: 'tagKeys',
        type: { kind: 'list', of: { kind: 'string' } },
      },
    ])
    expect(schema.structure('BadRequestException').errorStatus).toBe(400)
  })

  it('can be read whole, and no operation names a structure that is not there', () => {
    for (const { input, output } of schema.operations)
      for (const name of [input, output]) if (name !== null) expect(schema.structure(name).name).toBe(name)
  })
})

describe('constraints', () => {
  it('name members that are there, and the enums of the SDK', () => {
    for (const [path, rule] of Object.entries(memberRules)) {
      const [structure = '', name] = path.split('.')
      const member = schema.structure(structure).members.find((candidate) => candidate.name === name)
      expect(member, path).toBeDefined()
      const enumeration = (sdk as unknown as Record<string, Record<string, string>>)[name ?? '']
      if (rule.oneOf && enumeration) expect([...rule.oneOf].sort()).toEqual(Object.values(enumeration).sort())
    }
  })
})
