import { hashKeyOf } from '../hash-keys.ts'
import type { Queue } from '../queues/queue.ts'
import type { StoredRecord } from '../stream.ts'
import type { Streams } from '../streams.ts'
import { openStreams } from './open-streams.ts'

/*
 * A process with a queue that may be killed: `work` puts numbers, from `from` on, receives and acknowledges some of them, and says what
 * it has been answered; `drain` acknowledges what is left, dead letters among them, and says what that was.
 */

const [, , directory = '', mode = '', from = '0'] = process.argv
const batch = 10
const maxReceiveCount = 3
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Resolves when it is out of this process: what somebody reads slowly waits in here, and dies with it. */
const tell = (...words: unknown[]) =>
  new Promise((resolve) => process.stdout.write(`${words.join(' ')}\n`, resolve))

async function queueOf(streams: Streams): Promise<Queue> {
  if (!streams.byName('orders'))
    streams.create({
      name: 'orders',
      mode: 'ON_DEMAND',
      shardCount: 3,
      maxRecordKiB: 1_024,
      warmMiBps: 0,
      distribution: 'USER_PARTITION_KEY',
      tags: {},
    })
  for (;;) {
    const stream = streams.byName('orders')
    const [record] = streams.queues.list()
    const queue = record && streams.queues.deliveringOf(record)
    if (queue) return queue
    if (stream?.record.state === 'ACTIVE' && !record) {
      const { arn, uuid, name, createdAtMs } = stream.record
      streams.queues.create({
        name: 'work',
        stream: { arn, uuid, name, createdAtMs },
        start: { type: 'TRIM_HORIZON', timestampMs: null },
        attributes: { visibilitySeconds: 0, maxReceiveCount },
        tags: {},
      })
    }
    await pause(5)
  }
}

const numberOf = ({ data }: StoredRecord) => Number(String(data))

const receive = (queue: Queue, isDead: boolean) =>
  queue.receive({ isDead, countMax: batch, waitMs: 0, visibilitySeconds: undefined })

async function work(): Promise<void> {
  const streams = openStreams(directory)
  const queue = await queueOf(streams)
  let next = Number(from)
  const puts = async () => {
    for (;;) {
      const numbers = Array.from({ length: batch }, () => next++)
      await streams.byName('orders')?.put(
        numbers.map((number) => {
          const partitionKey = `key-${number}`
          return { partitionKey, hashKey: hashKeyOf(partitionKey), data: Buffer.from(String(number)) }
        }),
      )
      await Promise.all(numbers.map((number) => tell('put', number)))
    }
  }
  const receives = async () => {
    for (;;) {
      const received = (await receive(queue, false)) ?? []
      if (received.length === 0) await pause(1)
      // All at once: the other one may be given some of them while their acknowledgements are on their way.
      for (const { record, receives: count } of received) void tell('received', numberOf(record), count)
      for (const { handle, record } of received) {
        const number = numberOf(record)
        // Of every seventh nobody says anything: it becomes a dead letter.
        if (number % 7 === 0) continue
        await tell('acknowledging', number)
        if ((await queue.acknowledge(handle, false)) === null) void tell('acknowledged', number)
      }
    }
  }
  await Promise.all([puts(), receives(), receives()])
}

async function drain(): Promise<void> {
  const streams = openStreams(directory)
  const queue = await queueOf(streams)
  for (const isDead of [false, true])
    for (;;) {
      const received = (await receive(queue, isDead)) ?? []
      if (received.length === 0) break
      for (const { handle, record, receives: count } of received) {
        const number = numberOf(record)
        await tell(isDead ? 'dead' : 'left', number, count)
        if (isDead || number % 7 !== 0) await queue.acknowledge(handle, isDead)
      }
    }
  await streams.stop()
}

await (mode === 'work' ? work() : drain())
