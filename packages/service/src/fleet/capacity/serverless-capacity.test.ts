import { silentLogger, TestClock } from '@sluice/effects'
import { beforeEach, expect, it } from 'vitest'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { BrokerFigures } from '../engines/cluster-view.ts'
import { ServerlessCapacity } from './serverless-capacity.ts'

let clock: TestClock
let record: ClusterRecord
let figures: BrokerFigures[]
let asked: number[]
let capacity: ServerlessCapacity

const none = { bytesIn: 0, messagesIn: 0, bytesOut: 0, replicationBytesIn: 0, replicationBytesOut: 0 }

function broker(nodeId: number, bytesIn: number): BrokerFigures {
  return {
    nodeId,
    topics: { events: { ...none, bytesIn } },
    deletedTopics: none,
    requests: {},
    connections: { created: 0, closed: 0, byListener: { CLIENT_IAM: 10 } },
    partitions: { count: 30, leaders: 10, users: 30, underReplicated: 0, underMinIsr: 0 },
  }
}

const nodes = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ role: 'broker', nodeId: at + 1 })) as ClusterRecord['nodes']

beforeEach(() => {
  clock = new TestClock()
  asked = []
  const spec = { numberOfBrokerNodes: 3, serverless: { VpcConfigs: [] } }
  record = {
    uuid: 'x-s1',
    name: 'orders',
    state: 'ACTIVE',
    hosting: 'process',
    spec,
    nodes: nodes(3),
  } as never
  figures = [1, 2, 3].map((id) => broker(id, 0))
  capacity = new ServerlessCapacity({
    clusters: {
      list: () => [record],
      setCapacity: (of, brokers) => {
        asked.push(brokers)
        record = { ...of, spec: { ...of.spec, numberOfBrokerNodes: brokers } }
      },
    },
    runningOf: () => ({ figures: () => figures }),
    clock,
    logger: silentLogger,
  })
  capacity.begin()
})

/** So many minutes in each of which clients write so many megabytes a second, evenly. */
async function minutes(count: number, megabytes: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    const each = (megabytes * 60_000_000) / figures.length
    figures = figures.map(({ nodeId, topics }) => broker(nodeId, (topics['events']?.bytesIn ?? 0) + each))
    await clock.advance(60_000)
  }
}

it('asks for brokers when load has come to stay, once, and for fewer when it has gone', async () => {
  await minutes(5, 10)
  expect(asked).toEqual([])
  await minutes(3, 100)
  expect(asked).toEqual([6])
  // They are on their way.
  await minutes(5, 190)
  expect(asked).toEqual([6])
  record = { ...record, nodes: nodes(6) }
  figures = [1, 2, 3, 4, 5, 6].map((id) => broker(id, 0))
  await minutes(16, 10)
  expect(asked).toEqual([6, 3])
})

it('leaves clusters alone that are hosted inline, and those that are not well', async () => {
  record = { ...record, hosting: 'inline' }
  await minutes(5, 190)
  record = { ...record, hosting: 'process', state: 'HEALING' }
  await minutes(5, 190)
  expect(asked).toEqual([])
  record = { ...record, state: 'ACTIVE' }
  await minutes(1, 190)
  expect(asked).toEqual([9])
})

it('looks no more when it is stopped', async () => {
  capacity.stop()
  await minutes(5, 190)
  expect(asked).toEqual([])
})
