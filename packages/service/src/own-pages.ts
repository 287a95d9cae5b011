import type { AwsEndpoint } from './aws/endpoint.ts'
import { notFound } from './aws/msk/exceptions.ts'
import { reading, topicOf } from './aws/msk/topics.ts'
import { brokersReport } from './brokers-report.ts'
import type { ClusterBrokers } from './fleet/engines/engine.ts'
import type { ClusterTap, TapRequest } from './fleet/engines/embedded/cluster-tap.ts'
import type { ClusterFaults } from './fleet/engines/embedded/faults/cluster-faults.ts'
import type { FaultRequest } from './fleet/engines/embedded/faults/fault-request.ts'
import type { Fleet } from './fleet/fleet.ts'
import { OperatingError, sentenceOf } from './fleet/operating-error.ts'
import type { Page } from './http/edge.ts'
import {
  type BrokerHold,
  brokersPath,
  type ConsoleLink,
  consoleLinksPath,
  faultsPath,
  groupsPath,
  tapPath,
} from './status-report.ts'

/* Pages of the service's own by which its brokers are stopped, made to fail and listened to, and the console opened; all are for the account's own key. */

interface OwnPages {
  fleet: Fleet
  aws: AwsEndpoint
  /** Undefined: nothing goes wrong on purpose. */
  faults: ClusterFaults | undefined
  tap: ClusterTap | undefined
  /** Makes a link that opens the console signed in. */
  consoleLink: (() => string) | undefined
}

export function ownPages(parts: OwnPages): Record<string, Page> {
  const { aws, faults, tap, consoleLink } = parts
  const guard = aws.guard.bind(aws)
  return {
    [brokersPath]: { ...brokersPage(parts.fleet), guard },
    [groupsPath]: { ...groupsPage(parts.fleet), guard },
    ...(faults && { [faultsPath]: { ...faultsPage(parts.fleet, faults), guard } }),
    ...(consoleLink && { [consoleLinksPath]: { ...consoleLinksPage(consoleLink), guard } }),
    ...(tap && { [tapPath]: { ...tapPage(parts.fleet, tap), guard } }),
  }
}

function brokersPage(fleet: Fleet): Page {
  const write = (sent: unknown) => {
    const { cluster, broker, stopped } = sent as BrokerHold
    const refusal = fleet.holdBroker(String(cluster), Number(broker), stopped === true)
    if (refusal !== null) throw new Error(refusal)
    return {}
  }
  const read = async (query: URLSearchParams) => {
    const brokers = brokersIn(query, fleet)
    const name = query.get('topic')
    return name === null ? brokersReport(brokers) : topicOf(brokers.topics, name)
  }
  return { read, write: { POST: write } }
}

function groupsPage(fleet: Fleet): Page {
  const read = async (query: URLSearchParams) => {
    const brokers = brokersIn(query, fleet)
    const name = query.get('group')
    if (name === null) return { groups: await reading(brokers.groups()) }
    const group = await reading(brokers.group(name))
    if (!group) throw notFound(`There is no group ${name}.`)
    return group
  }
  return { read }
}

function brokersIn(query: URLSearchParams, fleet: Fleet): ClusterBrokers {
  const cluster = query.get('cluster') ?? ''
  const brokers = fleet.brokersOf(cluster)
  if (!brokers) throw notFound(`There is no cluster ${cluster} that runs.`)
  return brokers
}

function consoleLinksPage(link: () => string): Page {
  return { read: () => ({}), write: { POST: (): ConsoleLink => ({ link: link() }) } }
}

function faultsPage(fleet: Fleet, faults: ClusterFaults): Page {
  const read = () => ({ faults: faults.list() })
  const takenUp = async () => {
    await faults.takenUp(() => brokerProcesses(fleet))
    return read()
  }
  const write = {
    POST: (sent: unknown) =>
      told(() => {
        checkEmbedded(fleet)
        faults.add(sent as FaultRequest)
        return takenUp()
      }),
    DELETE: () =>
      told(() => {
        faults.clear()
        return takenUp()
      }),
  }
  return { read, write }
}

/** Those of the embedded engine, which may be this one. */
function brokerProcesses(fleet: Fleet): number[] {
  const brokers = fleet.status().flatMap((one) => (one.engine === 'embedded' ? one.brokers : []))
  return brokers.flatMap(({ local }) => local?.pid ?? [])
}

function tapPage(fleet: Fleet, tap: ClusterTap): Page {
  const write = {
    POST: (sent: unknown) =>
      told(() => {
        checkInline(fleet)
        return tap.ask(sent as TapRequest)
      }),
    DELETE: (sent: unknown) => {
      tap.end(String((sent as TapRequest | null)?.session))
      return {}
    },
  }
  return { read: () => ({}), write }
}

/** Brokers of Apache Kafka are out of reach. */
function checkEmbedded(fleet: Fleet): void {
  const clusters = fleet.status()
  if (clusters.length === 0 || clusters.some(({ engine }) => engine === 'embedded')) return
  throw new OperatingError('No fault would ever fire.', {
    code: 'NOT_EMBEDDED',
    why: 'All clusters of this service are run by Apache Kafka, which knows of no faults.',
    next: 'Make one by the embedded engine: --cluster NAME --engine embedded.',
  })
}

/** So are those with a process of their own for who listens here. */
function checkInline(fleet: Fleet): void {
  const clusters = fleet.status()
  const isInline = clusters.some(({ engine, hosting }) => engine === 'embedded' && hosting === 'inline')
  if (clusters.length === 0 || isInline) return
  throw new OperatingError('Nothing would ever be heard.', {
    code: 'NOT_INLINE',
    why: 'No cluster of this service has its brokers in the process of the service.',
    next: 'Make one that has: --cluster NAME --hosting inline, with the engine embedded.',
  })
}

/** An operating error is one sentence to whoever asks over HTTP. */
async function told<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    throw new Error(sentenceOf(error), { cause: error })
  }
}
