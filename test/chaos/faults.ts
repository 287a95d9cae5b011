import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning, type LifeCluster } from '../lives/cluster.ts'
import { until } from '../lives/timeline.ts'
import { type Address, ledByOthers, unwell } from './look.ts'

/** What is done to a cluster, and what came of it. */
export interface Outcome {
  fault: string
  kills: number
  /** From the fault to other leaders of all partitions that the broker led, ms; null where nobody's lead was taken. */
  newLeaderMs: number | null
  /** From the fault to ACTIVE with every replica in sync under its preferred leader, ms. */
  healedMs: number
}

export interface World {
  cluster: LifeCluster
  brokers: readonly Address[]
  /** From 0 to 1, the same ones for the same seed. */
  random: () => number
}

export type Fault = (world: World) => Promise<Outcome>

/** A hung broker is fenced when its session has ended, after 9 s; then it is ended, after 21 s without an answer. */
const ledWithinMs = 30_000
const healedWithinMs = 300_000
const sessionMs = 9_000

export const killBroker: Fault = (world) => killed(world, false)
const killBrokerAndDisk: Fault = (world) => killed(world, true)

async function killed(world: World, withDisk: boolean): Promise<Outcome> {
  const { id } = anyBroker(world)
  const since = performance.now()
  process.kill(pidOf(world, `broker-${id}`), 'SIGKILL')
  if (withDisk) destroyDisk(world, id)
  const newLeaderMs = await ledByOthers(world.brokers, id, since, ledWithinMs)
  const healedMs = await healed(world, since)
  const fault = `SIGKILL of broker ${id}${withDisk ? ', and its disk gone' : ''}`
  return { fault, kills: 1, newLeaderMs, healedMs }
}

/** It goes on before anybody has missed it, or when it was fenced already. */
const stopBrokerForAWhile: Fault = async (world) => {
  const { id } = anyBroker(world)
  const forMs = anyWhile(world)
  const pid = pidOf(world, `broker-${id}`)
  const since = performance.now()
  process.kill(pid, 'SIGSTOP')
  const newLeader =
    forMs > sessionMs + 2_000
      ? ledByOthers(world.brokers, id, since, ledWithinMs).catch(() => null)
      : Promise.resolve(null)
  await pause(forMs)
  process.kill(pid, 'SIGCONT')
  await newLeader
  // Other leaders for a hung one are told of with the ones that stay so.
  return {
    fault: `SIGSTOP of broker ${id} for ${forMs} ms`,
    kills: 0,
    newLeaderMs: null,
    healedMs: await healed(world, since),
  }
}

/** Until the service ends it. */
const stopBroker: Fault = async (world) => {
  const { id } = anyBroker(world)
  const since = performance.now()
  const pid = pidOf(world, `broker-${id}`)
  process.kill(pid, 'SIGSTOP')
  const newLeaderMs = await ledByOthers(world.brokers, id, since, ledWithinMs)
  await anotherProcess(world, `broker-${id}`, pid)
  return {
    fault: `SIGSTOP of broker ${id} for good`,
    kills: 0,
    newLeaderMs,
    healedMs: await healed(world, since),
  }
}

/** Its volume takes not a byte more; others lead in its place until it has room again. */
const fillVolume: Fault = async (world) => {
  const { id } = anyBroker(world)
  const since = performance.now()
  const volumeBytes = resizeVolume(world, id, 1)
  const newLeaderMs = await ledByOthers(world.brokers, id, since, ledWithinMs)
  await pause(world.random() * sessionMs)
  resizeVolume(world, id, volumeBytes)
  return {
    fault: `a full volume of broker ${id}`,
    kills: 0,
    newLeaderMs,
    healedMs: await healed(world, since),
  }
}

export const killController: Fault = async (world) => {
  const since = performance.now()
  const pid = pidOf(world, 'controller')
  process.kill(pid, 'SIGKILL')
  await anotherProcess(world, 'controller', pid)
  return {
    fault: 'SIGKILL of the controller',
    kills: 1,
    newLeaderMs: null,
    healedMs: await healed(world, since),
  }
}

const killService: Fault = async (world) => {
  const since = performance.now()
  await world.cluster.killService()
  await world.cluster.startService()
  return {
    fault: 'SIGKILL of the service',
    kills: 1,
    newLeaderMs: null,
    healedMs: await healed(world, since),
  }
}

/** Nobody decides anything meanwhile, and all sessions seem to have ended when it goes on. */
const stopControllerForAWhile: Fault = async (world) => {
  const forMs = anyWhile(world)
  const pid = pidOf(world, 'controller')
  const since = performance.now()
  process.kill(pid, 'SIGSTOP')
  await pause(forMs)
  process.kill(pid, 'SIGCONT')
  return {
    fault: `SIGSTOP of the controller for ${forMs} ms`,
    kills: 0,
    newLeaderMs: null,
    healedMs: await healed(world, since),
  }
}

/** It is killed again as soon as it has another process. */
const killBrokerAgain: Fault = async (world) => {
  const { id } = anyBroker(world)
  const times = 2 + Math.floor(world.random() * 3)
  let since = 0
  for (let killed = 0; killed < times; killed++) {
    const pid = pidOf(world, `broker-${id}`)
    since = performance.now()
    process.kill(pid, 'SIGKILL')
    await anotherProcess(world, `broker-${id}`, pid)
  }
  return {
    fault: `SIGKILL of broker ${id}, ${times} times in a row`,
    kills: times,
    newLeaderMs: null,
    healedMs: await healed(world, since),
  }
}

/** It has ended, and nobody looks. */
const killBrokerUnseen: Fault = async (world) => {
  const { id } = anyBroker(world)
  const service = await world.cluster.servicePid()
  const since = performance.now()
  process.kill(service, 'SIGSTOP')
  process.kill(pidOf(world, `broker-${id}`), 'SIGKILL')
  const newLeaderMs = await ledByOthers(world.brokers, id, since, ledWithinMs)
  process.kill(service, 'SIGCONT')
  return {
    fault: `SIGKILL of broker ${id} during a SIGSTOP of the service`,
    kills: 1,
    newLeaderMs,
    healedMs: await healed(world, since),
  }
}

/** A broker hangs until others lead, and comes back before or after the next service is there. */
const killServiceOverHungBroker: Fault = async (world) => {
  const { id } = anyBroker(world)
  const pid = pidOf(world, `broker-${id}`)
  const since = performance.now()
  process.kill(pid, 'SIGSTOP')
  const newLeaderMs = await ledByOthers(world.brokers, id, since, ledWithinMs)
  await world.cluster.killService()
  const goOn = () => process.kill(pid, 'SIGCONT')
  const isBefore = world.random() < 0.5
  if (isBefore) goOn()
  await world.cluster.startService()
  if (!isBefore) goOn()
  return {
    fault: `SIGKILL of the service during a SIGSTOP of broker ${id} that ends ${isBefore ? 'before' : 'after'} its next start`,
    kills: 1,
    newLeaderMs,
    healedMs: await healed(world, since),
  }
}

const rebootBroker: Fault = async (world) => {
  const { id } = anyBroker(world)
  const since = performance.now()
  await world.cluster.reboot(id)
  await world.cluster.settled()
  return { fault: `RebootBroker ${id}`, kills: 0, newLeaderMs: null, healedMs: await healed(world, since) }
}

/** How often each is chosen. */
const faults: readonly { fault: Fault; weight: number }[] = [
  { fault: killBroker, weight: 12 },
  { fault: killBrokerAndDisk, weight: 3 },
  { fault: stopBrokerForAWhile, weight: 2 },
  { fault: stopBroker, weight: 1 },
  { fault: fillVolume, weight: 2 },
  { fault: killController, weight: 2 },
  { fault: killService, weight: 1 },
  { fault: stopControllerForAWhile, weight: 1 },
  { fault: killBrokerAgain, weight: 2 },
  { fault: killBrokerUnseen, weight: 1 },
  { fault: killServiceOverHungBroker, weight: 1 },
  { fault: rebootBroker, weight: 2 },
]

export function anyFault({ random }: World): Fault {
  let at = random() * faults.reduce((sum, { weight }) => sum + weight, 0)
  for (const { fault, weight } of faults) if ((at -= weight) < 0) return fault
  return killBroker
}

/** All of them in the same moment. */
export async function killBrokers(world: World): Promise<void> {
  const pids = world.brokers.map(({ id }) => pidOf(world, `broker-${id}`))
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await until(
    'the end of all brokers',
    ledWithinMs,
    () => Promise.resolve(!pids.some(isRunning) || undefined),
    10,
  )
}

/** What broker `id`, which does not run, has kept is gone. */
export function destroyDisk(world: World, id: number): void {
  rmSync(join(directoryOf(world), `broker-${id}`, 'volume-1'), { recursive: true })
}

/** As the service says it to a broker that runs: by its file, replaced whole. Gives the size of before. */
function resizeVolume(world: World, id: number, volumeBytes: number): number {
  const path = join(directoryOf(world), `broker-${id}`, 'config', 'node.json')
  const file = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(`${path}.chaos`, JSON.stringify({ ...file, volumeBytes }), { mode: 0o600 })
  renameSync(`${path}.chaos`, path)
  return file.volumeBytes
}

export async function healed(world: World, since: number): Promise<number> {
  let problem: string | null = ''
  try {
    await until(
      'a healthy cluster',
      healedWithinMs,
      async () => {
        problem = await problemOf(world)
        return problem === null || undefined
      },
      20,
    )
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${problem}`, { cause: error })
  }
  return performance.now() - since
}

async function problemOf({ cluster, brokers }: World): Promise<string | null> {
  try {
    const { State, StateInfo } = await cluster.describe()
    if (State !== 'ACTIVE') return `it is ${State}: ${StateInfo?.Message}`
    return await unwell(brokers)
  } catch (error) {
    return String(error)
  }
}

export function anyBroker({ brokers, random }: World): Address {
  return brokers[Math.floor(random() * brokers.length)] as Address
}

/** Shorter and longer than a session. */
function anyWhile({ random }: World): number {
  return Math.round(500 + random() * 1.5 * sessionMs)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A node that is being started has none yet. */
async function anotherProcess(world: World, node: string, pid: number): Promise<void> {
  const look = async () => ![pid, null].includes(pidOf(world, node)) || undefined
  await until(`another process of ${node}`, healedWithinMs, look, 5)
}

/** As the service notes it. */
function pidOf(world: World, node: string): number {
  return JSON.parse(readFileSync(join(directoryOf(world), node, 'process.json'), 'utf8')).pid
}

function directoryOf({ cluster }: World): string {
  const clusters = join(cluster.dataDirectory, 'clusters')
  return join(clusters, readdirSync(clusters)[0] ?? '')
}
