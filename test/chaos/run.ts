import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Kafka } from 'kafkajs'
import { ensureBuilt } from '../cli/sluice.ts'
import { LifeCluster } from '../lives/cluster.ts'
import { Timeline, until } from '../lives/timeline.ts'
import { chain } from './chain.ts'
import { anyBroker, anyFault, destroyDisk, healed, killBrokers, type Outcome, type World } from './faults.ts'
import { type Account, accountOf, isClean, type Stored } from './ledger.ts'
import { type Address, contents, led } from './look.ts'
import { randomOf } from './random.ts'
import { Reader } from './reader.ts'
import { killedInUpdates } from './updates.ts'
import { Writers } from './writers.ts'

// `npm run chaos`: a cluster of the embedded engine under load, while its processes are killed, stopped and started, and
// disks vanish; then every record is accounted for. What happens follows from the seed, when it happens does not.

const usage = `Usage: npm run chaos -- [--hosting process|inline] [--at-once|--chain] [--engine embedded|apache-kafka]
                          [--seconds N] [--kills N] [--seed N]
       npm run chaos -- --kills-in-updates N [--hosting inline|process] [--seed N]
  --hosting   process: random faults of three brokers, their controller and the service.
              inline: the service, which has the brokers in it, is killed and started again, half of the times in a
              RebootBroker. Default: process
  --at-once   All brokers are killed at once, again and again, in place of random faults.
  --chain     Brokers, the controller and clients are killed, while records go through three hops in transactions: each is
              at the end exactly once.
  --engine    apache-kafka only with --at-once. Default: embedded
  --seconds   It ends after so long. Default: 300
  --kills     It ends after so many SIGKILLs; all at once are one. Default: 60, of all at once and inline 30
  --seed      Chooses the faults. Default: any
  --kills-in-updates  The service is killed in so many updates, each kind of MSK's in turn: each has to come to its end after
              the next start. Its brokers are in it (the default), or have processes of their own.`

const topic = 'chaos'
const partitions = 6
/** Three JVMs on a busy machine may need it. */
const ledWithinMs = 300_000
/** After the start that follows a kill of the inline service, every partition shall be led within it. */
const ledAgainMsMax = 2_000

interface Plan {
  engine: string
  hosting: 'process' | 'inline'
  atOnce: boolean
  chain: boolean
  seconds: number
  kills: number
  /** Another story: in so many updates. */
  killsInUpdates: number
  seed: number
}

export async function runChaos(args: readonly string[]): Promise<number> {
  const plan = planOf(args)
  if (!plan) {
    console.error(usage)
    return 2
  }
  await ensureBuilt()
  const timeline = new Timeline((line) => console.log(line))
  if (plan.killsInUpdates > 0) return updates(plan, timeline)
  const quiet = new Timeline(() => {})
  const { engine, hosting } = plan
  const choice = engine === 'embedded' ? { engine, hosting } : { engine }
  const setting = { ...choice, kafkaVersion: '4.4.x.kraft', brokers: 3 }
  const cluster = new LifeCluster(setting, quiet)
  timeline.note(
    `Engine ${engine}, hosting ${hosting}, seed ${plan.seed}, at most ${plan.kills} kills and ${plan.seconds} s`,
  )
  const end = () => cluster.close()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().finally(() => process.exit(130)))
  try {
    return (await chaos(cluster, plan, timeline)) ? 0 : 1
  } catch (error) {
    timeline.note(`FAILED: ${error instanceof Error ? error.stack : String(error)}`)
    timeline.note(`What it has left is in ${cluster.dataDirectory} until this ends.`)
    return 1
  } finally {
    await end()
  }
}

async function updates({ hosting, killsInUpdates: kills, seed }: Plan, timeline: Timeline): Promise<number> {
  timeline.note(`Hosting ${hosting}, seed ${seed}, ${kills} kills in updates`)
  const outcome = await killedInUpdates({ hosting, kills, seed }, (line) => timeline.note(line))
  for (const [name, { killed, cut }] of outcome.byKind)
    timeline.note(`${name}: killed ${killed} times, ${cut} of them under way`)
  const slowest = Math.round(outcome.slowestMs)
  timeline.note(
    `${outcome.kills} kills, ${outcome.problems.length} problems; the slowest was ACTIVE after ${slowest} ms`,
  )
  for (const problem of outcome.problems) timeline.note(`  ${problem}`)
  return outcome.problems.length === 0 ? 0 : 1
}

function planOf(args: readonly string[]): Plan | null {
  try {
    const option = { type: 'string' } as const
    const flag = { type: 'boolean', default: false } as const
    const numbers = { seconds: option, kills: option, 'kills-in-updates': option, seed: option }
    const options = { engine: option, hosting: option, 'at-once': flag, chain: flag, ...numbers }
    const { values } = parseArgs({ args: [...args], options })
    const { engine = 'embedded', 'at-once': atOnce, chain } = values
    const { hosting = values['kills-in-updates'] === undefined ? 'process' : 'inline' } = values
    const number = (text: string | undefined, otherwise: number) => Number(text ?? otherwise)
    const plan = {
      seconds: number(values.seconds, 300),
      kills: number(values.kills, atOnce || hosting === 'inline' ? 30 : 60),
      killsInUpdates: number(values['kills-in-updates'], 0),
      seed: number(values.seed, randomInt(1_000_000)),
    }
    if (hosting !== 'process' && hosting !== 'inline') return null
    if (engine === 'apache-kafka' ? !atOnce || hosting === 'inline' : engine !== 'embedded') return null
    if (chain && (atOnce || hosting === 'inline')) return null
    return Object.values(plan).every(Number.isSafeInteger)
      ? { engine, hosting, atOnce, chain, ...plan }
      : null
  } catch {
    return null
  }
}

async function chaos(cluster: LifeCluster, plan: Plan, timeline: Timeline): Promise<boolean> {
  await cluster.startService()
  await cluster.create()
  const kafka = await cluster.kafka()
  const brokers = (await cluster.bootstrap()).split(',').map((address, at): Address => {
    const [host = '', port] = address.split(':')
    return { id: at + 1, host, port: Number(port) }
  })
  const world: World = { cluster, brokers, random: randomOf(plan.seed) }
  return plan.chain
    ? throughTheChain(world, kafka, plan, timeline)
    : accountedFor(world, kafka, plan, timeline)
}

async function throughTheChain(world: World, kafka: Kafka, plan: Plan, timeline: Timeline): Promise<boolean> {
  const { acknowledged, arrived, lost, twice, kills } = await chain(world, kafka, plan, timeline)
  timeline.note(
    `${kills} kills; ${acknowledged} records acknowledged, ${arrived} at the end of the chain: ${lost} lost, ${twice} twice`,
  )
  return lost === 0 && twice === 0
}

async function accountedFor(world: World, kafka: Kafka, plan: Plan, timeline: Timeline): Promise<boolean> {
  const { brokers } = world
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 3 }] })
  await admin.disconnect()
  const writers = new Writers(kafka, topic, partitions)
  const reader = await Reader.start(kafka, topic)
  writers.start()
  const isRandom = plan.hosting === 'process' && !plan.atOnce
  const outcomes = await (isRandom ? faultsIn : restartsOf)(world, plan, timeline)
  await writers.stop()
  const logs = new Map<number, Stored[]>()
  for (let partition = 0; partition < partitions; partition++)
    logs.set(partition, await contents(brokers, topic, partition))
  await allRead(reader, logs)
  await reader.stop()
  const account = accountOf(writers.sent, logs, reader.read)
  tell(timeline, account, outcomes, writers)
  return isClean(account) && (plan.hosting === 'process' || withinLimit(outcomes, timeline))
}

async function faultsIn(world: World, plan: Plan, timeline: Timeline): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const kills = () => outcomes.reduce((sum, outcome) => sum + outcome.kills, 0)
  const endsAt = performance.now() + plan.seconds * 1_000
  while (kills() < plan.kills && performance.now() < endsAt) {
    await pause(world.random() * 3_000)
    const outcome = await anyFault(world)(world)
    outcomes.push(outcome)
    const { fault, newLeaderMs, healedMs } = outcome
    const leaders = newLeaderMs === null ? '' : `other leaders after ${Math.round(newLeaderMs)} ms, `
    timeline.note(
      `${String(kills()).padStart(3)}  ${fault}: ${leaders}healed after ${Math.round(healedMs)} ms`,
    )
  }
  return outcomes
}

/** All brokers at once, with the service that has them in it. */
async function restartsOf(world: World, plan: Plan, timeline: Timeline): Promise<Outcome[]> {
  const { cluster, brokers, random } = world
  const outcomes: Outcome[] = []
  const isInline = plan.hosting === 'inline'
  const endsAt = performance.now() + plan.seconds * 1_000
  while (outcomes.length < plan.kills && performance.now() < endsAt) {
    await pause(500 + random() * 1_500)
    // One of them out of sync, which is not to be the first that leads again.
    const rebooted = isInline && random() < 0.5 ? 1 + Math.floor(random() * brokers.length) : null
    if (rebooted) await cluster.reboot(rebooted)
    await (isInline ? cluster.killService() : killBrokers(world))
    // Another one may be the last leader, and comes back with nothing.
    const emptied = isInline && random() < 0.3 ? anyBroker(world).id : null
    if (emptied) destroyDisk(world, emptied)
    const since = performance.now()
    const started = isInline ? cluster.startService() : Promise.resolve()
    const newLeaderMs = await led(brokers, since, ledWithinMs)
    await started
    const healedMs = await healed(world, since)
    outcomes.push({ fault: 'SIGKILL of all brokers', kills: 1, newLeaderMs, healedMs })
    const where = `${rebooted ? ` in RebootBroker ${rebooted}` : ''}${emptied ? `, the disk of broker ${emptied} gone` : ''}`
    timeline.note(
      `${String(outcomes.length).padStart(3)}  killed${where}, started again: all led after ${Math.round(newLeaderMs)} ms, ACTIVE after ${Math.round(healedMs)} ms`,
    )
  }
  return outcomes
}

function withinLimit(outcomes: readonly Outcome[], timeline: Timeline): boolean {
  const late = outcomes.filter(({ newLeaderMs }) => (newLeaderMs ?? 0) > ledAgainMsMax)
  if (late.length > 0) timeline.note(`LATE: ${late.length} starts took more than ${ledAgainMsMax} ms`)
  return late.length === 0
}

/** The group reads on until it has read the end of each log. */
async function allRead(reader: Reader, logs: ReadonlyMap<number, readonly Stored[]>): Promise<void> {
  const isRead = ([partition, log]: [number, readonly Stored[]]) => {
    const last = log.at(-1)?.offset ?? -1
    return last < 0 || reader.read.get(partition)?.some(({ offset }) => offset === last) === true
  }
  await until('the group at the ends of all partitions', 120_000, () =>
    Promise.resolve([...logs].every(isRead) || undefined),
  )
}

function tell(timeline: Timeline, account: Account, outcomes: readonly Outcome[], writers: Writers): void {
  const kills = outcomes.reduce((sum, outcome) => sum + outcome.kills, 0)
  const { acknowledged, unsure, consumed, ...wrong } = account
  const counts = Object.entries(wrong).map(([kind, all]) => `${all.length} ${kind}`)
  timeline.note(`${outcomes.length} faults, ${kills} of them kills`)
  timeline.note(`${acknowledged} records acknowledged: ${counts.join(', ')}`)
  timeline.note(
    `${consumed} read by a group; ${writers.failures.length} calls failed for good (${unsure} records unsure), the slowest took ${Math.round(writers.slowestMs)} ms`,
  )
  const hung = (outcome: Outcome) => outcome.fault.includes('SIGSTOP')
  const ended = outcomes.filter((outcome) => !hung(outcome))
  timeline.note(`to new leaders: ${spread(ended.map(({ newLeaderMs }) => newLeaderMs))}`)
  timeline.note(`to healed: ${spread(ended.map(({ healedMs }) => healedMs))}`)
  const stopped = outcomes.filter(hung)
  if (stopped.length > 0)
    timeline.note(
      `of a broker that hangs: to new leaders ${spread(stopped.map(({ newLeaderMs }) => newLeaderMs))}; to healed ${spread(stopped.map(({ healedMs }) => healedMs))}`,
    )
  for (const [kind, all] of Object.entries(wrong))
    for (const sentence of all.slice(0, 10)) timeline.note(`  ${kind}: ${topic}-${sentence}`)
  for (const failure of writers.failures.slice(0, 10)) timeline.note(`  failed: ${failure}`)
}

/** `median 120 ms, most 340 ms (of 40)`. */
function spread(all: readonly (number | null)[]): string {
  const sorted = all.filter((one) => one !== null).toSorted((a, b) => a - b)
  const [median, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  if (median === undefined || most === undefined) return 'none'
  return `median ${Math.round(median)} ms, most ${Math.round(most)} ms (of ${sorted.length})`
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
