import type { AwsEndpoint } from './aws/endpoint.ts'
import type { ClusterTap, TapRequest } from './fleet/engines/embedded/cluster-tap.ts'
import type { ClusterFaults, FaultRequest } from './fleet/engines/embedded/faults.ts'
import type { Fleet } from './fleet/fleet.ts'
import { OperatingError, sentenceOf } from './fleet/operating-error.ts'
import type { Page } from './http/edge.ts'
import { type BrokerHold, brokersPath, faultsPath, tapPath } from './status-report.ts'

/* Pages of the service's own by which its brokers are stopped, made to fail and listened to; all are for the account's own key. */

interface OwnPages {
  fleet: Fleet
  aws: AwsEndpoint
  /** Undefined: nothing goes wrong on purpose. */
  faults: ClusterFaults | undefined
  tap: ClusterTap | undefined
}

export function ownPages(parts: OwnPages): Record<string, Page> {
  const { aws, faults, tap } = parts
  const guard = aws.guard.bind(aws)
  return {
    [brokersPath]: { ...brokersPage(parts.fleet), guard },
    ...(faults && { [faultsPath]: { ...faultsPage(parts.fleet, faults), guard } }),
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
  return { read: () => ({}), write: { POST: write } }
}

function faultsPage(fleet: Fleet, faults: ClusterFaults): Page {
  const read = () => ({ faults: faults.list() })
  const write = {
    POST: (sent: unknown) =>
      told(() => {
        checkInline(fleet, 'No fault would ever fire.')
        faults.add(sent as FaultRequest)
        return read()
      }),
    DELETE: () => {
      faults.clear()
      return read()
    },
  }
  return { read, write }
}

function tapPage(fleet: Fleet, tap: ClusterTap): Page {
  const write = {
    POST: (sent: unknown) =>
      told(() => {
        checkInline(fleet, 'Nothing would ever be heard.')
        return tap.ask(sent as TapRequest)
      }),
    DELETE: (sent: unknown) => {
      tap.end(String((sent as TapRequest | null)?.session))
      return {}
    },
  }
  return { read: () => ({}), write }
}

/** Brokers with a process of their own are out of reach for what is done in this one. */
function checkInline(fleet: Fleet, what: string): void {
  const clusters = fleet.status()
  const isInline = clusters.some(({ engine, hosting }) => engine === 'embedded' && hosting === 'inline')
  if (clusters.length === 0 || isInline) return
  throw new OperatingError(what, {
    code: 'NOT_INLINE',
    why: 'No cluster of this service has its brokers in the process of the service.',
    next: 'Make one that has: --cluster NAME --hosting inline, with the engine embedded.',
  })
}

/** An operating error is one sentence to whoever asks over HTTP. */
function told<Answer>(work: () => Answer): Answer {
  try {
    return work()
  } catch (error) {
    throw new Error(sentenceOf(error), { cause: error })
  }
}
