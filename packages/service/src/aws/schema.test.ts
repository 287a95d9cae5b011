import * as sdk from '@aws-sdk/client-kafka'
import * as kinesisSdk from '@aws-sdk/client-kinesis'
import * as secretsManagerSdk from '@aws-sdk/client-secrets-manager'
import * as stsSdk from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { memberRules } from './msk/constraints.ts'
import { parseServiceSchema } from './schema.ts'
import * as kafka from './schemas/kafka.generated.ts'
import * as kinesis from './schemas/kinesis.generated.ts'
import * as secretsManager from './schemas/secrets-manager.generated.ts'
import * as sts from './schemas/sts.generated.ts'

const generator = new URL('../../../../scripts/generate-aws-schemas.mjs', import.meta.url).href
const schema = parseServiceSchema(kafka)

describe('the generated schema', () => {
  it.each([
    ['@aws-sdk/client-kafka', sdk, kafka],
    ['@aws-sdk/client-kinesis', kinesisSdk, kinesis],
    ['@aws-sdk/client-secrets-manager', secretsManagerSdk, secretsManager],
    ['@aws-sdk/client-sts', stsSdk, sts],
  ])('is what the pinned %s exports', async (name, exported, generated) => {
    const { describeService, sdkVersionOf } = await import(/* @vite-ignore */ generator)
    const { operations, structures } = describeService(exported)
    expect(generated.operations.trim().split('\n')).toEqual(operations)
    expect(generated.structures.trim().split('\n')).toEqual(structures)
    expect(generated.sdkVersion).toBe(sdkVersionOf(name))
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
    for (const each of [
      schema,
      parseServiceSchema(kinesis),
      parseServiceSchema(secretsManager),
      parseServiceSchema(sts),
    ])
      for (const { input, output } of each.operations)
        for (const name of [input, output]) if (name !== null) expect(each.structure(name).name).toBe(name)
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
