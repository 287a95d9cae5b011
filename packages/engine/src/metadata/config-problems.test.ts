import { readFileSync } from 'node:fs'
import { IncrementalAlterConfigs } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBrokerProperties } from '../broker-properties.ts'
import { TestController } from '../controller/testing/test-controller.ts'
import { configDefinitions, needsListenerPrefix } from './config-definitions.ts'
import type { ConfigDefinition } from './config-values.ts'

interface Verdicts {
  name: string
  accepted: string[]
  refused: string[]
  refusedWhileItRuns?: string[]
  refusedAtStart?: string[]
}

const facts = JSON.parse(readFileSync('test/data/broker-config-verdicts.json', 'utf8')) as Verdicts[]
/** What one change may make of a number of threads depends on what it is. */
const threads = /threads|thread\.pool\.size|num\.replica\.fetchers/

let controller: TestController
beforeAll(async () => {
  controller = await (await new TestController().open()).brokers(1)
})
afterAll(() => controller.close())

const atStart = (name: string, value: string) => checkBrokerProperties({ [name]: value }).length === 0

async function whileItRuns(broker: string, name: string, value: string): Promise<number> {
  const configs = [{ name, value, configOperation: 0 }]
  const { responses } = await controller.channel.request(IncrementalAlterConfigs, 1, {
    resources: [{ resourceType: 4, resourceName: broker, configs }],
    validateOnly: true,
  })
  return responses[0]?.errorCode ?? -1
}

/** Values at and beyond all edges, and of no type. */
function candidates({ min, max, oneOf, type, default: value }: ConfigDefinition): string[] {
  const edges = [min, max].flatMap((edge) =>
    edge === undefined || !Number.isSafeInteger(edge) ? [] : [edge - 1, edge, edge + 1],
  )
  const numbers = type === 'boolean' ? [] : [-2, -1, 0, 1, 10, 1000, 10_000_000]
  const texts = ['', 'x', 'a,a', 'true', ...(oneOf ?? []), ...(value === null ? [] : [value])]
  return [...edges, ...numbers].map(String).concat(texts)
}

const dynamic = [...configDefinitions('broker').values()].filter(
  ({ name, updateMode }) => updateMode !== 'read-only' && !needsListenerPrefix(name),
)

describe('the configs of a broker', () => {
  it.each(facts)('$name: start judges as Apache Kafka', (verdicts) => {
    const { name, accepted, refused, refusedAtStart = [], refusedWhileItRuns = [] } = verdicts
    const tried = [...accepted, ...refused, ...refusedAtStart, ...refusedWhileItRuns]
    const bad = new Set([...refused, ...refusedAtStart, ...refusedWhileItRuns])
    expect(tried.filter((value) => !atStart(name, value))).toEqual(tried.filter((value) => bad.has(value)))
  })

  it.each(dynamic)('$name: a change is judged as a start', async (definition) => {
    const { name, updateMode } = definition
    // With eligible leader replicas one value is for all brokers.
    const isForAll = name === 'min.insync.replicas'
    const brokers = ['1', ''].filter(
      (one) => one !== (updateMode === 'per-broker' ? '' : isForAll ? '1' : null),
    )
    for (const value of candidates(definition))
      for (const broker of brokers) {
        const code = await whileItRuns(broker, name, value)
        if (!atStart(name, value)) expect([name, value, code]).toEqual([name, value, 42])
        else if (!threads.test(name)) expect([name, value, code]).toEqual([name, value, 0])
      }
  })

  it.each([
    [{ 'log.retention.hours': '1', 'log.local.retention.ms': '3600001' }, 'log.local.retention.ms'],
    [{ 'replica.fetch.wait.max.ms': '600', 'replica.lag.time.max.ms': '599' }, 'replica.fetch.wait.max.ms'],
    [
      { 'group.share.min.delivery.count.limit': '5', 'group.share.delivery.count.limit': '2' },
      'group.share.min.delivery.count.limit',
    ],
    [
      { 'group.consumer.min.session.timeout.ms': '100', 'group.consumer.session.timeout.ms': '5000' },
      'group.consumer.session.timeout.ms',
    ],
    [{ 'log.retention.minutes': '0', 'log.retention.hours': '5' }, 'log.retention.minutes'],
    [{ 'listener.name.client.max.connections': '0' }, 'listener.name.client.max.connections'],
  ])('%j are refused together', (properties, name) => {
    const problems = checkBrokerProperties(properties as unknown as Record<string, string>)
    expect(problems.map((one) => one.name)).toContain(name)
  })
})

describe('a change of the configs of a broker', () => {
  it('is judged by all that the broker would have', async () => {
    const controller = new TestController()
    await (await controller.open()).brokers(1)
    const set = async (broker: string, name: string, value: string) => {
      const configs = [{ name, value, configOperation: 0 }]
      const { responses } = await controller.channel.request(IncrementalAlterConfigs, 1, {
        resources: [{ resourceType: 4, resourceName: broker, configs }],
      })
      return responses[0]?.errorCode
    }
    expect(await set('1', 'log.retention.ms', '1000')).toBe(0)
    // For all brokers, of which broker 1 keeps less than it would copy late.
    expect(await set('', 'log.remote.copy.lag.ms', '2000')).toBe(42)
    expect(await set('', 'log.remote.copy.lag.ms', '1000')).toBe(0)
    await controller.close()
  })
})
