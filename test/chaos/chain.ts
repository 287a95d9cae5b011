import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Kafka } from 'kafkajs'
import { type Timeline, until } from '../lives/timeline.ts'
import { createTopics } from '../lives/topics.ts'
import { type Fault, healed, killBroker, killController, type World } from './faults.ts'
import { Reader } from './reader.ts'
import { Writers } from './writers.ts'

// Records go through three hops, each of which takes them from one topic and writes them to the next in transactions, while
// brokers, their controller and the hops are killed: each is at the end exactly once.

const hops = 3
const partitions = 2
const hopFile = fileURLToPath(new URL('hop.mjs', import.meta.url))
const restartDelayMs = 200
/** All is through the chain so long after the last fault. */
const throughMs = 180_000
/** So long nothing more comes, once all has. */
const quietMs = 3_000

const topicOf = (at: number) => `chain-${at}`

/** One hop, started anew whenever it has ended. */
class Hop {
  readonly #start: () => ChildProcess
  #child: ChildProcess | null = null
  #isOn = true
  starts = 0

  constructor(brokers: readonly string[], at: number) {
    const plan = { name: `hop-${at}`, brokers, input: topicOf(at), output: topicOf(at + 1) }
    this.#start = () => spawn(process.execPath, [hopFile, JSON.stringify(plan)], { stdio: 'ignore' })
    this.#run()
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  stop(): void {
    this.#isOn = false
    this.kill()
  }

  #run(): void {
    if (!this.#isOn) return
    this.starts++
    this.#child = this.#start()
    this.#child.once('exit', () => setTimeout(() => this.#run(), restartDelayMs))
  }
}

/** What has come through, of what was written. */
interface Passage {
  readonly acknowledged: number
  readonly arrived: number
  readonly lost: number
  readonly twice: number
  readonly kills: number
}

export async function chain(
  world: World,
  kafka: Kafka,
  plan: { readonly seconds: number; readonly kills: number },
  timeline: Timeline,
): Promise<Passage> {
  await makeTopics(kafka)
  const addresses = world.brokers.map(({ host, port }) => `${host}:${port}`)
  const chained = Array.from({ length: hops }, (_, at) => new Hop(addresses, at))
  const writers = new Writers(kafka, topicOf(0), partitions)
  const reader = await Reader.start(kafka, topicOf(hops))
  try {
    writers.start()
    const kills = await killAround(world, chained, plan, timeline)
    await writers.stop()
    timeline.note(`the last kill; ${chained.reduce((sum, { starts }) => sum + starts, 0)} starts of hops`)
    await allThrough(writers, reader)
    return { ...passageOf(writers, reader), kills }
  } finally {
    for (const hop of chained) hop.stop()
    await reader.stop()
  }
}

async function makeTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  const names = Array.from({ length: hops + 1 }, (_, at) => topicOf(at))
  const sizes = { numPartitions: partitions, replicationFactor: 3 }
  await createTopics(
    admin,
    names.map((topic) => ({ topic, ...sizes })),
  )
  await admin.disconnect()
}

async function killAround(
  world: World,
  chained: readonly Hop[],
  plan: { readonly seconds: number; readonly kills: number },
  timeline: Timeline,
): Promise<number> {
  const { random } = world
  const endsAt = performance.now() + plan.seconds * 1_000
  let kills = 0
  while (kills < plan.kills && performance.now() < endsAt) {
    await new Promise((resolve) => setTimeout(resolve, 1_000 + random() * 6_000))
    kills++
    if (random() < 0.5) {
      const at = Math.floor(random() * hops)
      chained[at]?.kill()
      timeline.note(`${String(kills).padStart(3)}  SIGKILL of hop ${at}`)
      continue
    }
    const fault: Fault = random() < 0.8 ? killBroker : killController
    const outcome = await fault(world)
    timeline.note(
      `${String(kills).padStart(3)}  ${outcome.fault}: healed after ${Math.round(outcome.healedMs)} ms`,
    )
  }
  await healed(world, performance.now())
  return kills
}

async function allThrough(writers: Writers, reader: Reader): Promise<void> {
  await until('all records at the end of the chain', throughMs, () =>
    Promise.resolve(passageOf(writers, reader).lost === 0 || undefined),
  )
  await new Promise((resolve) => setTimeout(resolve, quietMs))
}

function passageOf(writers: Writers, reader: Reader): Omit<Passage, 'kills'> {
  const passage = { acknowledged: 0, arrived: 0, lost: 0, twice: 0 }
  for (const { partition, acknowledged } of writers.sent) {
    const read = reader.read.get(partition) ?? []
    // The reader is no hop: what it is told again, at the same offset, is no other record.
    const arrived = new Map(read.map(({ offset, value }) => [offset, value]))
    const values = new Set(arrived.values())
    passage.acknowledged += acknowledged.length
    passage.arrived += arrived.size
    passage.twice += arrived.size - values.size
    passage.lost += acknowledged.filter((value) => !values.has(value)).length
  }
  return passage
}
