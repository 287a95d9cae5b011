import { type Connection, describeTopics, fetchRecords, withConnection } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import { until } from '../lives/timeline.ts'
import type { Stored } from './ledger.ts'

/* How a cluster looks to a client that asks its brokers one by one. */

export interface Address {
  id: number
  host: string
  port: number
}

const pollMs = 10
const requestTimeoutMs = 1_000

/** Of the first broker that answers. */
async function ask<Answer>(
  brokers: readonly Address[],
  use: (connection: Connection, broker: Address) => Promise<Answer>,
): Promise<Answer> {
  let failure: unknown = new Error('no broker')
  for (const broker of brokers) {
    const { host, port } = broker
    const options = { network: systemNetwork(), clock: systemClock(), host, port, requestTimeoutMs }
    try {
      return await withConnection(options, (connection) => use(connection, broker))
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function partitionsOf(brokers: readonly Address[]) {
  const { topics } = await ask(brokers, (connection) => describeTopics(connection))
  return topics.flatMap(({ name, partitions }) => partitions.map((one) => ({ ...one, topic: name ?? '' })))
}

/** How long until each partition is led by another one than this broker, ms; asked of the others. */
export async function ledByOthers(
  brokers: readonly Address[],
  id: number,
  since: number,
  withinMs: number,
): Promise<number> {
  const others = brokers.filter((broker) => broker.id !== id)
  return reached(`other leaders than ${id}`, since, withinMs, async () =>
    (await partitionsOf(others)).every(({ leaderId }) => leaderId >= 0 && leaderId !== id),
  )
}

/** How long until each partition has a leader, ms, whoever it is. */
export function led(brokers: readonly Address[], since: number, withinMs: number): Promise<number> {
  return reached('leaders of all partitions', since, withinMs, async () => {
    const partitions = await partitionsOf(brokers)
    return partitions.length > 0 && partitions.every(({ leaderId }) => leaderId >= 0)
  })
}

/** Every replica is in sync, and the first of each partition leads it: what does not is named, null where all is well. */
export async function unwell(brokers: readonly Address[]): Promise<string | null> {
  for (const { topic, partitionIndex, leaderId, replicaNodes, isrNodes } of await partitionsOf(brokers)) {
    const name = `${topic}-${partitionIndex}`
    if (isrNodes.length < replicaNodes.length) return `${name} has ${isrNodes.length} in sync`
    if (leaderId !== replicaNodes[0]) return `${name} is led by ${leaderId}`
  }
  return null
}

async function reached(
  what: string,
  since: number,
  withinMs: number,
  look: () => Promise<boolean>,
): Promise<number> {
  await until(what, withinMs, async () => ((await look().catch(() => false)) ? true : undefined), pollMs)
  return performance.now() - since
}

/** All that a partition's log holds. */
export async function contents(
  brokers: readonly Address[],
  topic: string,
  partition: number,
): Promise<Stored[]> {
  const metadata = await ask(brokers, (connection) => describeTopics(connection, [topic]))
  const leaderId = metadata.topics[0]?.partitions.find((one) => one.partitionIndex === partition)?.leaderId
  const leader = brokers.filter(({ id }) => id === leaderId)
  return ask(leader, async (connection) => {
    const stored: Stored[] = []
    for (;;) {
      const next = (stored.at(-1)?.offset ?? -1) + 1
      const records = await fetchRecords(connection, topic, partition, next, { maxWaitMs: 100 })
      const fresh = records.filter(({ offset }) => Number(offset) >= next)
      if (fresh.length === 0) return stored
      for (const { offset, value } of fresh) stored.push({ offset: Number(offset), value: Number(value) })
    }
  })
}
