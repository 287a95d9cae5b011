import type { Command } from 'commander'
import { ApiError } from '../aws/api-client.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { type BrokerHold, brokersPath, type ClusterReport } from '../status-report.ts'
import { ownCommand } from './advice.ts'
import { describedColumns, type Flags, named } from './cluster-shapes.ts'
import { timeoutOption, type WaitFlags, waitUntil } from './cluster-wait.ts'
import { apiOf } from './msk-api.ts'
import { wholeNumber } from './options.ts'
import { printOne } from './output.ts'
import { askOwnPage } from './own-page.ts'
import { askStatus } from './running-service.ts'

/* Brokers that are stopped on purpose, to see what clients make of it. AWS has no such call. */

export function brokerPowerVerbs(): Command[] {
  return [
    power('stop', 'stop a broker cleanly; its cluster is HEALING until it is started again').action(
      async (name: string, broker: number, flags: PowerFlags) => {
        await hold({ cluster: name, broker, stopped: true }, flags.dataDir)
        if (flags.wait) await waitUntil(flags.timeout, (isLate) => isStopped(name, broker, flags, isLate))
        await printOne(await (await apiOf(flags.dataDir)).cluster(name), describedColumns, flags.output)
      },
    ),
    power('start', 'start a broker that was stopped, and wait until it serves').action(
      async (name: string, broker: number, flags: PowerFlags) => {
        await hold({ cluster: name, broker, stopped: false }, flags.dataDir)
        if (flags.wait) await waitUntil(flags.timeout, (isLate) => hasCome(name, broker, flags, isLate))
        await printOne(await (await apiOf(flags.dataDir)).cluster(name), describedColumns, flags.output)
      },
    ),
  ]
}

interface PowerFlags extends Flags, WaitFlags {
  wait: boolean
}

function power(verb: string, description: string): Command {
  return named(verb, description)
    .argument('<broker>', 'its id', wholeNumber('<broker>'))
    .option('--no-wait', 'return at once')
    .addOption(timeoutOption())
}

async function hold(wanted: BrokerHold, dataDir: string): Promise<void> {
  try {
    await askOwnPage(dataDir, 'POST', brokersPath, wanted)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new OperatingError('The service has refused it.', {
      code: 'BROKER_NOT_HELD',
      why: error.message,
      next: `Look at the cluster: ${ownCommand(`cluster describe ${wanted.cluster}`, dataDir)}`,
    })
  }
}

async function isStopped(
  name: string,
  broker: number,
  { dataDir, timeout }: PowerFlags,
  isLate: boolean,
): Promise<boolean> {
  const cluster = await clusterIn(name, dataDir)
  const runs = cluster?.brokers.some(({ id }) => id === broker)
  if (cluster?.state === 'HEALING' && !runs) return true
  if (isLate)
    throw tooLate(`Broker ${broker} of ${name} runs still`, cluster?.stateInfo, { dataDir, timeout })
  return false
}

/**
 * In sync again, unless others are still stopped: then nobody can say. What is told of a cluster comes after what it is: as
 * long as the broker itself is told as stopped, neither is its state.
 */
export function isBack(
  { brokers, state, stateInfo }: Pick<ClusterReport, 'state' | 'stateInfo'> & { brokers: { id: number }[] },
  broker: number,
): boolean {
  const told = /^Brokers? (?<ids>[\d, ]+) (?:is|are) stopped on purpose/.exec(stateInfo ?? '')?.groups?.[
    'ids'
  ]
  const held = told?.split(', ').map(Number)
  const others = held !== undefined && !held.includes(broker)
  return brokers.some(({ id }) => id === broker) && (state === 'ACTIVE' || others)
}

async function hasCome(
  name: string,
  broker: number,
  { dataDir, timeout }: PowerFlags,
  isLate: boolean,
): Promise<boolean> {
  const cluster = await clusterIn(name, dataDir)
  if (cluster && isBack(cluster, broker)) return true
  if (isLate)
    throw tooLate(`Broker ${broker} of ${name} does not serve`, cluster?.stateInfo, { dataDir, timeout })
  return false
}

function tooLate(
  what: string,
  why: string | null | undefined,
  flags: Pick<PowerFlags, 'dataDir' | 'timeout'>,
) {
  return new OperatingError(`${what} after ${flags.timeout} seconds.`, {
    code: 'WAITED_TOO_LONG',
    why: why ?? 'It is on its way.',
    next: `Look at it: ${ownCommand('status', flags.dataDir)}`,
  })
}

async function clusterIn(name: string, dataDir: string) {
  return (await askStatus(dataDir)).report.clusters.find((one) => one.name === name)
}
