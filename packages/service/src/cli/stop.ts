import { resolve } from 'node:path'
import { Command } from 'commander'
import {
  isAlive,
  type ProcessIdentity,
  silentLogger,
  systemClock,
  systemDisk,
  systemProcesses,
  systemRandom,
} from '@sluice/effects'
import { lockDataDirectory } from '../fleet/data-directory.ts'
import { codeOf, OperatingError } from '../fleet/operating-error.ts'
import { nodesLeftBehind, stopLeftBehind } from '../fleet/processes/left-behind.ts'
import { withProgress } from '../progress.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat, printAll } from './output.ts'
import { PassingLine } from './passing-line.ts'
import { findOccupant, notRunning } from './running-service.ts'

const pollMs = 25
/** A stop writes what recovery would otherwise have to find: give a slow disk time, and a JVM its own patience. */
const stopMsMax = 150_000

interface Stopped {
  name: string
  pid: number
}

export function stopCommand(): Command {
  return new Command('stop')
    .description('stop the running service, also one that starts, and wait until it is down')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async ({ dataDir, output }: { dataDir: string; output: OutputFormat }) => {
      const occupant = findOccupant(dataDir)
      const stopped = occupant ? await stopService(occupant.process, dataDir) : await stopNodes(dataDir)
      // People have been told.
      await printAll(stopped, () => '', output)
    })
}

async function stopService(service: ProcessIdentity, dataDir: string): Promise<Stopped[]> {
  const { pid } = service
  signal(pid)
  await shown(untilEnded(service), () => {
    const nodes = nodesOn(dataDir).length
    return `Stopping pid ${pid}${nodes === 0 ? '' : `: ${nodes} nodes left`}`
  })
  process.stderr.write(`Stopped (pid ${pid}).\n`)
  return [{ name: 'service', pid }]
}

/** Nodes of a service that was killed. The lock keeps a start away that would take them over meanwhile. */
async function stopNodes(dataDir: string): Promise<Stopped[]> {
  if (nodesOn(dataDir).length === 0) throw notRunning(dataDir)
  const [clock, disk, processes, random] = [systemClock(), systemDisk(), systemProcesses(), systemRandom()]
  const lock = lockDataDirectory({ clock, disk, processes }, resolve(dataDir))
  try {
    const nodes = nodesOn(dataDir)
    const stopping = stopLeftBehind({ clock, disk, processes, random, logger: silentLogger }, nodes)
    await shown(stopping, () => `Stopping: ${nodesOn(dataDir).length} of ${nodes.length} nodes left`)
    const names = nodes.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
    process.stderr.write(`Stopped what a service that was killed had left: ${names}.\n`)
    return nodes.map(({ name, pid }) => ({ name, pid }))
  } finally {
    lock.release()
  }
}

async function untilEnded(service: ProcessIdentity): Promise<void> {
  const clock = systemClock()
  const giveUpAt = clock.monotonic() + stopMsMax
  while (isAlive(service, systemProcesses())) {
    if (clock.monotonic() > giveUpAt)
      throw new OperatingError(`The service (pid ${service.pid}) has not stopped.`, {
        code: 'STOP_TIMEOUT',
        why: `It was asked to ${stopMsMax / 1000} seconds ago and still runs.`,
        next: `Look at its log, or end it with kill -9 ${service.pid}; the next start recovers what was acknowledged.`,
      })
    await clock.sleep(pollMs)
  }
}

function signal(pid: number): void {
  try {
    systemProcesses().signal(pid, 'SIGTERM')
  } catch (error) {
    // It ended between the look and the signal.
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

async function shown(work: Promise<void>, sentence: () => string): Promise<void> {
  const line = new PassingLine(process.stderr)
  try {
    await withProgress(systemClock(), work, (seconds) => line.show(`${sentence()} (${seconds} s)`))
  } finally {
    line.clear()
  }
}

function nodesOn(dataDir: string) {
  return nodesLeftBehind({ disk: systemDisk(), processes: systemProcesses() }, resolve(dataDir))
}
