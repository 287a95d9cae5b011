import {
  type Api,
  decodeResponseHeader,
  DescribeConfigs,
  encodeRequestFrame,
  ErrorCode,
  type FieldShape,
  IncrementalAlterConfigs,
  inVersions,
  Reader,
  type StructShape,
} from '@sluice/wire'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { handlers } from './api-table.ts'
import { TestBroker } from './testing/test-broker.ts'

// What clients send at its longest comes back in answers, among it in the texts of errors.

/** As long as the wire takes, but for what a header and a few bytes more need. */
const long = 'x'.repeat(32_760)
const errorTextUnitsMax = 1024

let test: TestBroker
beforeEach(async () => {
  test = await new TestBroker().open()
})
afterEach(() => test.close())

/** A request with one element in each array, and every text long. */
function longest(shape: StructShape, version: number): Record<string, unknown> {
  const fields = shape.fields.filter(({ versions }) => inVersions(versions, version))
  return Object.fromEntries(fields.flatMap((field) => valueOf(field, version)))
}

function valueOf({ name, type }: FieldShape, version: number): [string, unknown][] {
  if (type.kind === 'string') return [[name, long]]
  // 0 would want no answer.
  if (name === 'acks') return [[name, 1]]
  if (type.kind === 'struct') return [[name, longest(type, version)]]
  if (type.kind !== 'array') return []
  if (type.element.kind === 'string') return [[name, [long]]]
  return type.element.kind === 'struct' ? [[name, [longest(type.element, version)]]] : []
}

async function answerTo(api: Api, version: number, request: object): Promise<object> {
  const client = await test.connect()
  const frame = encodeRequestFrame(api, version, 7, 'client', request as never)
  const reader = new Reader(await client.sendFrame(frame))
  decodeResponseHeader(reader, api.responseHeaderVersion(version))
  return api.response.decode(reader, version)
}

/** All that stands in an answer under names that end so. */
function under(answer: unknown, ending: RegExp): unknown[] {
  if (answer === null || typeof answer !== 'object') return []
  return Object.entries(answer).flatMap(([name, value]) => [
    ...(ending.test(name) ? [value] : []),
    ...under(value, ending),
  ])
}

async function expectBounded(api: Api, version: number, request: object): Promise<void> {
  const answer = await answerTo(api, version, request)
  expect(under(answer, /errorCode$/i)).not.toContain(ErrorCode.UNKNOWN_SERVER_ERROR)
  for (const text of under(answer, /errorMessage$/i))
    if (typeof text === 'string') expect(text.length).toBeLessThanOrEqual(errorTextUnitsMax)
  expect(test.failures).toEqual([])
}

const served = [...handlers.values()].map((handler) => [handler.api.name, handler] as const)

it.each(served)('%s answers the longest texts', async (_, { api, minVersion, maxVersion }) => {
  for (let version = minVersion; version <= maxVersion; version++)
    await expectBounded(api, version, longest(api.request.shape, version))
})

it.each([2, 4, 8, 16, 32])('configs of type %i are refused in bounded words', async (resourceType) => {
  const configs = [{ name: long, configOperation: 0, value: long }]
  for (const resourceName of [long, '1', ''])
    await expectBounded(IncrementalAlterConfigs, 1, { resources: [{ resourceType, resourceName, configs }] })
  await expectBounded(DescribeConfigs, 4, { resources: [{ resourceType, resourceName: long }] })
})
