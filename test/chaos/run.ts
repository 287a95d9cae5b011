import type { Kafka } from 'kafkajs'
import { ensureBuilt, Sandbox } from '../cli/sluice.ts'
import { LifeCluster } from '../lives/cluster.ts'
import { Timeline, until } from '../lives/timeline.ts'
import { createTopics } from '../lives/topics.ts'
import { chain } from './chain.ts'
import { comeAndGo, growAndShrink } from './elastic.ts'
import { anyBroker, anyFault, destroyDisk, healed, killBrokers, type Outcome, type World } from './faults.ts'
import { type Account, accountOf, isClean, type Stored } from './ledger.ts'
import { type Address, contents, led } from './look.ts'
import { type Plan, planOf, usage } from './plan.ts'
import { randomOf } from './random.ts'
import { Reader } from './reader.ts'
import { killedInUpdates } from './updates.ts'
import { Writers } from './writers.ts'

// `npm run chaos`: a cluster of the embedded engine under load, while its processes are killed, stopped and started, and
// disks vanish; then every record is accounted for. What happens follows from the seed, when it happens does not.

const topic = 'chaos'
const partitions = 6
/** Three JVMs on a busy machine may need it. */
const ledWithinMs = 300_000
/** After the start that follows a kill of the inline service, every partition shall be led within it. */
const ledAgainMsMax = 2_000

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
  timeline.note(`Engine ${engine}${engine === 'embedded' ? `, hosting ${hosting}` : ''}`)
  const end = () => cluster.close()
  onSignal(end)
  try {
    const isElastic = plan.serverless || plan.rounds > 0
    return (await (isElastic ? elastic : chaos)(cluster, plan, timeline)) ? 0 : 1
  } catch (error) {
    timeline.note(`FAILED: ${error instanceof Error ? error.stack : String(error)}`)
    timeline.note(`What it has left is in ${cluster.dataDirectory} until this ends.`)
    return 1
  } finally {
    await end()
  }
}

/** Leaves nothing running, whoever calls it off. */
function onSignal(end: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().finally(() => process.exit(130)))
}

async function updates(plan: Plan, timeline: Timeline): Promise<number> {
  const { engine, hosting, killsInUpdates: kills, seed } = plan
  timeline.note(`Engine ${engine}, hosting ${hosting}, seed ${seed}, ${kills} kills in updates`)
  const sandbox = new Sandbox()
  onSignal(() => sandbox.close())
  const note = (line: string) => timeline.note(line)
  const outcome = await killedInUpdates({ engine, hosting, kills, seed }, note, sandbox)
  for (const [name, { killed, cut }] of outcome.byKind)
    timeline.note(`${name}: killed ${killed} times, ${cut} of them under way`)
  const slowest = Math.round(outcome.slowestMs)
  timeline.note(
    `${outcome.kills} kills, ${outcome.problems.length} problems; the slowest was ACTIVE after ${slowest} ms`,
  )
  for (const problem of outcome.problems) timeline.note(`  ${problem}`)
  return outcome.problems.length === 0 ? 0 : 1
}

async function elastic(cluster: LifeCluster, plan: Plan, timeline: Timeline): Promise<boolean> {
  await cluster.startService()
  await (plan.serverless ? cluster.createServerless() : cluster.create())
  const { kafka } = await cluster.kafkaAsNow(60)
  const { account, failures, slowestMs } = await (plan.serverless
    ? comeAndGo(cluster, kafka, timeline)
    : growAndShrink(cluster, kafka, plan.rounds, timeline))
  tellAccount(timeline, account, { failures, slowestMs })
  return isClean(account)
}

async function chaos(cluster: LifeCluster, plan: Plan, timeline: Timeline): Promise<boolean> {
  timeline.note(`Seed ${plan.seed}, at most ${plan.kills} kills and ${plan.seconds} s`)
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
  await createTopics(admin, [{ topic, numPartitions: partitions, replicationFactor: 3 }])
  await admin.disconnect()
  const writers = new Writers(kafka, topic, partitions)
  const reader = await Reader.start(kafka, topic)
  writers.start()
  const isRandom = plan.hosting === 'process' && !plan.atOnce
  const outcomes = await (isRandom ? faultsIn : restartsOf)(world, plan, timeline).catch(async (error) => {
    // Of a cluster that is gone they would not have done.
    await Promise.allSettled([writers.stop(), reader.stop()])
    throw error
  })
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
  const isRead = ([partition, log]: [number, readonly Stored[]]) =>
    reader.hasRead(partition, log.at(-1)?.offset ?? -1)
  await until('the group at the ends of all partitions', 120_000, () =>
    Promise.resolve([...logs].every(isRead) || undefined),
  )
}

/** Others lead only when a broker has been missed, or its disk has failed, for some time. */
const slowFaults = [
  { mark: 'SIGSTOP', what: 'of a broker that hangs' },
  { mark: 'full volume', what: 'of a broker whose volume is full' },
]

function tell(timeline: Timeline, account: Account, outcomes: readonly Outcome[], writers: Writers): void {
  const kills = outcomes.reduce((sum, outcome) => sum + outcome.kills, 0)
  timeline.note(`${outcomes.length} faults, ${kills} of them kills`)
  tellAccount(timeline, account, writers)
  const isOf = (mark: string) => (outcome: Outcome) => outcome.fault.includes(mark)
  const told = (what: string, all: readonly Outcome[]) =>
    timeline.note(
      `${what}: to new leaders ${spread(all.map(({ newLeaderMs }) => newLeaderMs))}; to healed ${spread(all.map(({ healedMs }) => healedMs))}`,
    )
  const ended = outcomes.filter((outcome) => !slowFaults.some(({ mark }) => isOf(mark)(outcome)))
  told('where nobody has to wait', ended)
  for (const { what, mark } of slowFaults) {
    const all = outcomes.filter(isOf(mark))
    if (all.length > 0) told(what, all)
  }
}

function tellAccount(
  timeline: Timeline,
  account: Account,
  { failures, slowestMs }: Readonly<{ failures: readonly string[]; slowestMs: number }>,
): void {
  const { acknowledged, unsure, consumed, ...wrong } = account
  const counts = Object.entries(wrong).map(([kind, all]) => `${all.length} ${kind}`)
  timeline.note(`${acknowledged} records acknowledged: ${counts.join(', ')}`)
  timeline.note(
    `${consumed} read by a group; ${failures.length} calls failed for good (${unsure} records unsure), the slowest took ${Math.round(slowestMs)} ms`,
  )
  for (const [kind, all] of Object.entries(wrong))
    for (const sentence of all.slice(0, 10)) timeline.note(`  ${kind}: ${sentence}`)
  for (const failure of failures.slice(0, 10)) timeline.note(`  failed: ${failure}`)
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
