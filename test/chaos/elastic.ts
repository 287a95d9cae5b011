import type { Admin, Kafka } from 'kafkajs'
import type { LifeCluster } from '../lives/cluster.ts'
import { type Timeline, until } from '../lives/timeline.ts'
import { createTopics } from '../lives/topics.ts'
import { accountOf, type Account, type Stored } from './ledger.ts'
import { Reader } from './reader.ts'
import { Writers } from './writers.ts'

// Brokers join a cluster and leave it again under load, and partitions move with them: a provisioned one because somebody asks
// for it, a serverless one by itself, because many clients have come, and gone.

const topic = 'elastic'
const partitions = 6
/** Of each writer, between two calls. */
const pauseMs = { grow: 5, serverless: 20 }
const movedWithinMs = 600_000
/** What a serverless cluster takes to see that load has come to stay, or has gone, and to follow it. */
const joinedWithinMs = 600_000
const leftWithinMs = 1_800_000
/** Beyond four fifths of what three brokers of a serverless cluster are for. */
const crowd = 900
/** Of a hundred connections a second that it takes. */
const crowdPerSecond = 40

interface Passed {
  account: Account
  failures: readonly string[]
  slowestMs: number
}

/** UpdateBrokerCount from three to six and back, so many times. */
export async function growAndShrink(
  cluster: LifeCluster,
  kafka: Kafka,
  rounds: number,
  timeline: Timeline,
): Promise<Passed> {
  return underLoad(kafka, timeline, pauseMs.grow, async (admin) => {
    for (let round = 1; round <= rounds; round++) {
      await timeline.step(`${round}: UpdateBrokerCount from 3 to 6`, () => resize(cluster, 6))
      await timeline.step(`${round}: half of the partitions to the new ones`, () => move(admin, true))
      await timeline.step(`${round}: and back`, () => move(admin, false))
      await timeline.step(`${round}: UpdateBrokerCount from 6 to 3`, () => resize(cluster, 3))
    }
  })
}

/** A crowd of connections until brokers have joined, and nobody until they have left. */
export async function comeAndGo(cluster: LifeCluster, kafka: Kafka, timeline: Timeline): Promise<Passed> {
  const brokers = async () => (await cluster.status()).brokers.length
  const held = (admin: Admin) => async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return new Set(topics.flatMap((one) => one.partitions.flatMap(({ replicas }) => replicas))).size
  }
  return underLoad(kafka, timeline, pauseMs.serverless, async (admin) => {
    const clients = await timeline.step(`${crowd} connections`, () => gathered(kafka))
    await timeline.step('Brokers join', () => is('six brokers', joinedWithinMs, brokers, 6))
    await timeline.step('Partitions move to them', () =>
      is('six with replicas', movedWithinMs, held(admin), 6),
    )
    await timeline.step('The connections end', () => Promise.all(clients.map((one) => one.disconnect())))
    await timeline.step('Partitions leave them', () =>
      is('three with replicas', leftWithinMs, held(admin), 3),
    )
    await timeline.step('Brokers leave', () => is('three brokers', movedWithinMs, brokers, 3))
  })
}

async function underLoad(
  kafka: Kafka,
  timeline: Timeline,
  pause: number,
  during: (admin: Admin) => Promise<void>,
): Promise<Passed> {
  const admin = kafka.admin()
  await admin.connect()
  await createTopics(admin, [{ topic, numPartitions: partitions, replicationFactor: 3 }])
  const writers = new Writers(kafka, topic, partitions, pause)
  const reader = await Reader.start(kafka, topic)
  writers.start()
  try {
    await during(admin)
  } finally {
    await writers.stop()
  }
  const ends = await admin.fetchTopicOffsets(topic)
  timeline.note(`The logs end at ${ends.map(({ high }) => high).join(', ')}`)
  const auditor = await Reader.start(kafka, topic, 'chaos-auditors')
  for (const one of [reader, auditor])
    await until('the group at the ends of all partitions', 120_000, () =>
      Promise.resolve(
        ends.every(({ partition, high }) => one.hasRead(partition, Number(high) - 1)) || undefined,
      ),
    )
  await Promise.all([reader.stop(), auditor.stop(), admin.disconnect()])
  const { failures, slowestMs } = writers
  return { account: accountOf(writers.sent, logsOf(auditor), reader.read), failures, slowestMs }
}

/** What is there, each offset once: a group may be given a record twice. */
function logsOf({ read }: Reader): Map<number, Stored[]> {
  return new Map(
    [...read].map(([partition, records]) => {
      const byOffset = new Map(records.map((record) => [record.offset, record]))
      return [partition, [...byOffset.values()].sort((a, b) => a.offset - b.offset)]
    }),
  )
}

async function resize(cluster: LifeCluster, brokers: number): Promise<void> {
  const { state, error } = await cluster.operationEnded(await cluster.resize(brokers))
  if (state !== 'UPDATE_COMPLETE') throw new Error(`The update is ${state}: ${error}`)
}

/** Every second partition to the brokers 4 to 6, or all of them to 1 to 3; each zone keeps its replica. */
async function move(admin: Admin, isOut: boolean): Promise<void> {
  const partitionAssignment = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    replicas: [0, 1, 2].map((at) => 1 + ((partition + at) % 3) + (isOut && partition % 2 === 1 ? 3 : 0)),
  }))
  await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] })
  const textOf = (ids: readonly number[] = []) => ids.toSorted((a, b) => a - b).join()
  await until('the partitions in their new places, in sync', movedWithinMs, async () => {
    const [found] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics
    const isThere = partitionAssignment.every(({ partition, replicas }) => {
      const now = found?.partitions.find(({ partitionId }) => partitionId === partition)
      return textOf(now?.replicas) === textOf(replicas) && textOf(now?.isr) === textOf(replicas)
    })
    return isThere || undefined
  })
}

/** As fast as the cluster lets them in. */
async function gathered(kafka: Kafka): Promise<Admin[]> {
  const clients: Admin[] = []
  while (clients.length < crowd) {
    const some = Array.from({ length: crowdPerSecond }, () => kafka.admin())
    const second = new Promise((resolve) => setTimeout(resolve, 1_000))
    await Promise.all([second, ...some.map((one) => one.connect())])
    clients.push(...some)
  }
  return clients
}

async function is(
  what: string,
  withinMs: number,
  count: () => Promise<number>,
  wanted: number,
): Promise<void> {
  await until(what, withinMs, async () => (await count()) === wanted || undefined, 1_000)
}
