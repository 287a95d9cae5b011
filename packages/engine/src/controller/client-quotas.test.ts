import { AlterClientQuotas, ErrorCode } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

type Names = Record<string, string | null>
type Values = Record<string, number | null>

const open: TestController[] = []
afterEach(async () => {
  for (const controller of open.splice(0)) await controller.close()
})

async function opened(properties: Record<string, string> = {}): Promise<TestController> {
  const controller = await new TestController({ properties }).open()
  open.push(controller)
  return controller
}

const entityOf = (names: Names) =>
  Object.entries(names).map(([entityType, entityName]) => ({ entityType, entityName }))
const opsOf = (values: Values) =>
  Object.entries(values).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null }))

const textOf = (entity: ReturnType<typeof entityOf>) =>
  entity
    .map((part) => JSON.stringify([part.entityType, part.entityName]))
    .sort()
    .join()

/** The errors that an alteration of these is answered with, in their order. */
async function alter(
  controller: TestController,
  entries: readonly (readonly [Names, Values])[],
  validateOnly = false,
): Promise<number[]> {
  const response = await controller.channel.request(AlterClientQuotas, 1, {
    entries: entries.map(([names, values]) => ({ entity: entityOf(names), ops: opsOf(values) })),
    validateOnly,
  })
  const asked = entries.map(([names]) => textOf(entityOf(names)))
  return response.entries
    .toSorted((a, b) => asked.indexOf(textOf(a.entity)) - asked.indexOf(textOf(b.entity)))
    .map(({ errorCode }) => errorCode)
}

/** As `user=alice client-id: producer_byte_rate=5`; a default has no name. */
const quotasOf = ({ image }: TestController) =>
  [...image.security.quotas.all()].map(({ entity, values }) => {
    const names = [...entity].map(([type, name]) => (name === null ? type : `${type}=${name}`))
    return `${names.join(' ')}: ${[...values].map(([key, value]) => `${key}=${value}`).join(' ')}`
  })

describe('quotas of clients', () => {
  it('are what the controller has committed, live and after a start', async () => {
    const controller = await opened()
    const errors = await alter(controller, [
      [{ user: 'alice' }, { producer_byte_rate: 5, request_percentage: 12.5 }],
      [{ user: 'alice', 'client-id': null }, { consumer_byte_rate: 7 }],
      [{ ip: '10.0.0.1' }, { connection_creation_rate: 3 }],
    ])
    expect(errors).toEqual([0, 0, 0])
    const expected = [
      'user=alice: request_percentage=12.5 producer_byte_rate=5',
      'client-id user=alice: consumer_byte_rate=7',
      'ip=10.0.0.1: connection_creation_rate=3',
    ]
    expect(quotasOf(controller)).toEqual(expected)
    await controller.reopen()
    expect(quotasOf(controller)).toEqual(expected)
    await alter(controller, [
      [{ user: 'alice' }, { producer_byte_rate: null }],
      [{ ip: '10.0.0.1' }, { connection_creation_rate: null }],
    ])
    expect(quotasOf(controller)).toEqual([
      'user=alice: request_percentage=12.5',
      'client-id user=alice: consumer_byte_rate=7',
    ])
  })

  it('outlive the log that a snapshot stands for', async () => {
    const controller = await opened({ 'metadata.log.max.record.bytes.between.snapshots': '2000' })
    for (let user = 0; user < 40; user++)
      await alter(controller, [[{ user: `user-${user}` }, { producer_byte_rate: user + 1 }]])
    await alter(controller, [[{ user: 'user-0' }, { producer_byte_rate: null }]])
    await controller.reopen()
    expect(quotasOf(controller)).toHaveLength(39)
  })

  it('that are what they were, or are only to be looked at, are no records', async () => {
    const controller = await opened()
    const quota = [{ user: 'alice' }, { producer_byte_rate: 5 }] as const
    expect(await alter(controller, [quota], true)).toEqual([0])
    expect(quotasOf(controller)).toEqual([])
    await alter(controller, [quota])
    controller.take()
    expect(await alter(controller, [quota])).toEqual([0])
    expect(await alter(controller, [[{ user: 'alice' }, { consumer_byte_rate: null }]])).toEqual([0])
    expect(controller.take()).toEqual([])
  })

  it('of an entity that comes twice are those of the first entry, and the answer is an error', async () => {
    const controller = await opened()
    const twice = [1, 2].map((rate) => [{ user: 'alice' }, { producer_byte_rate: rate }] as const)
    expect(await alter(controller, twice)).toEqual([ErrorCode.INVALID_REQUEST])
    expect(quotasOf(controller)).toEqual(['user=alice: producer_byte_rate=1'])
  })

  it.each<[string, Names, Values]>([
    ['of nobody', {}, { producer_byte_rate: 1 }],
    ['of an empty name', { user: '' }, { producer_byte_rate: 1 }],
    ['of another kind of entity', { topic: 'a' }, { producer_byte_rate: 1 }],
    [
      'of more kinds than there are',
      { user: 'a', 'client-id': 'b', ip: null, x: null },
      { producer_byte_rate: 1 },
    ],
    ['of an address and a user', { ip: '10.0.0.1', user: 'a' }, { connection_creation_rate: 1 }],
    ['of what is no address', { ip: 'nowhere.invalid' }, { connection_creation_rate: 1 }],
    ['that there is not', { user: 'a' }, { connection_creation_rate: 1 }],
    ['that an address does not have', { ip: null }, { producer_byte_rate: 1 }],
    ['of nothing', { user: 'a' }, { producer_byte_rate: 0 }],
    ['that is no number', { user: 'a' }, { producer_byte_rate: Number.NaN }],
    ['that is not finite', { user: 'a' }, { request_percentage: Number.POSITIVE_INFINITY }],
    ['that is no whole number of bytes', { user: 'a' }, { producer_byte_rate: 1.5 }],
    ['of more bytes than a long holds', { user: 'a' }, { producer_byte_rate: 2 ** 64 }],
    ['of more connections than an int holds', { ip: null }, { connection_creation_rate: 2 ** 31 }],
  ])('%s are refused, and the others of the request are not', async (_, names, values) => {
    const controller = await opened()
    const errors = await alter(controller, [
      [names, values],
      [{ 'client-id': null }, { producer_byte_rate: 1 }],
    ])
    expect(errors).toEqual([ErrorCode.INVALID_REQUEST, ErrorCode.NONE])
    expect(quotasOf(controller)).toEqual(['client-id: producer_byte_rate=1'])
  })

  it('of one entity are refused together', async () => {
    const controller = await opened()
    const both = { producer_byte_rate: 1, consumer_byte_rate: -1 }
    expect(await alter(controller, [[{ user: 'a' }, both]])).toEqual([ErrorCode.INVALID_REQUEST])
    expect(quotasOf(controller)).toEqual([])
  })
})
