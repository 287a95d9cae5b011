import { assert, type Clock, type Network } from '@sluice/effects'
import { ClusterClient } from './fleet/engines/brokers/cluster-client.ts'
import { controllerId } from './fleet/engines/embedded/nodes.ts'
import {
  type ClientListenerName,
  type ClusterPlan,
  type EngineCluster,
  type Finding,
  ListenerName,
  type NodeKey,
  type NodeListener,
  nodeOf,
  type ObservedNode,
  type WantedChange,
} from './fleet/engines/engine.ts'
import type { BrokerFigures } from './fleet/engines/cluster-view.ts'
import { OperatingError } from './fleet/operating-error.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/** Brokers that somebody else runs in this process. */
export interface GivenBrokers {
  readonly clusterId: string
  /** How clients log in; undefined: whoever comes is let in, in plain text. With it they speak TLS, as on MSK. */
  readonly auth?: 'iam' | 'mtls' | 'scram' | undefined
  /** Those that run. */
  running(): readonly { readonly nodeId: number; readonly client: Address; readonly inner: Address }[]
  start(nodeId: number): Promise<void>
  stop(nodeId: number): Promise<void>
  /** Of those that run. */
  figures(): BrokerFigures[]
}

/** What to do for each change that these brokers do not follow, by MSK's type of the operation. */
const instead: Readonly<Record<string, string>> = {
  DECREASE_BROKER_COUNT: 'give KafkaServer.start() another `brokers`',
  DELETE_CLUSTER: 'end them by stop() of their server',
  INCREASE_BROKER_COUNT: 'give KafkaServer.start() another `brokers`',
  UPDATE_CLUSTER_CONFIGURATION: 'give KafkaServer.start() its `properties`',
  UPDATE_SECURITY: 'give KafkaServer.start() another `auth`',
}
const followed: ReadonlySet<string> = new Set([
  'REBOOT_NODE',
  // Of the next ones nothing is seen at brokers in memory, whoever runs them: the change is one of the description.
  'UPDATE_BROKER_STORAGE',
  'UPDATE_BROKER_TYPE',
  'UPDATE_CONNECTIVITY',
  'UPDATE_REBALANCING',
  'UPDATE_STORAGE',
])

/** See `Engine.notFollowed`. Of monitoring the level is followed, for that is what the service tells; exporters and logs are not. */
export function notFollowedByGiven({ type, target }: WantedChange): string | null {
  const isMonitoring = type === 'UPDATE_MONITORING'
  if (
    followed.has(type) ||
    (isMonitoring && Object.keys(target).every((one) => one === 'enhancedMonitoring'))
  )
    return null
  const way = instead[type]
  return `${type} of the brokers that a test’s own server runs (${way ? `${way}, or ` : ''}ask for it on a cluster made by CreateCluster, which does it)`
}

/**
 * A cluster whose nodes are there before its record is. They are started anew where a change wants it, and stay stopped where
 * whoever runs them has stopped them.
 */
export class GivenKafka implements EngineCluster {
  readonly #given: GivenBrokers
  readonly #clientListener: ClientListenerName
  readonly brokers: ClusterClient
  /** Under which each was started anew. */
  readonly #generations = new Map<number, number>()
  /** Stopped here. */
  readonly #stopped = new Set<number>()

  /** `clientListener` is what MSK calls theirs. */
  constructor(
    given: GivenBrokers,
    clientListener: ClientListenerName,
    effects: { clock: Clock; network: Network },
  ) {
    this.#given = given
    this.#clientListener = clientListener
    const credentials = () => {
      throw new Error('nodes of a given cluster ask for no certificates')
    }
    this.brokers = new ClusterClient({ ...effects, credentials }, () => this.nodes())
  }

  get clusterId(): string {
    return this.#given.clusterId
  }

  findings(): Finding[] {
    return []
  }

  nodes(): ObservedNode[] {
    const brokers = this.#given.running().map(({ nodeId, client, inner }) =>
      this.#observed({ role: 'broker', nodeId }, [
        placed(this.#clientListener, client),
        // In this process, where nobody else comes: nothing is encrypted there.
        placed(ListenerName.replication, inner),
      ]),
    )
    return [...brokers, this.#observed({ role: 'controller', nodeId: controllerId }, [])]
  }

  #observed(key: NodeKey, listeners: ObservedNode['listeners']): ObservedNode {
    const fingerprint = String(this.#generations.get(key.nodeId) ?? 0)
    return { ...key, state: 'running', failure: null, fingerprint, listeners }
  }

  fingerprint(plan: ClusterPlan, key: NodeKey): string {
    return String(nodeOf(plan, key).generation)
  }

  stranded(): readonly NodeKey[] {
    return []
  }

  async startNode(plan: ClusterPlan, key: NodeKey): Promise<void> {
    if (key.role === 'broker' && !this.#stopped.has(key.nodeId)) throw stoppedElsewhere(key.nodeId)
    if (key.role === 'broker') await this.#given.start(key.nodeId)
    this.#stopped.delete(key.nodeId)
    this.#generations.set(key.nodeId, nodeOf(plan, key).generation)
  }

  async stopNode({ role, nodeId }: NodeKey): Promise<void> {
    if (role !== 'broker') return
    this.#stopped.add(nodeId)
    await this.#given.stop(nodeId)
  }

  async removeNode(): Promise<void> {
    assert(false, 'brokers of a test stay: what would remove them is not followed')
  }

  health(plan: ClusterPlan): Promise<string | null> {
    return this.brokers.health(plan)
  }

  /** The same of those that run, whatever is planned. */
  problem(): Promise<string | null> {
    const nodes = this.#given.running().map(({ nodeId }) => {
      return { role: 'broker' as const, nodeId, rack: null, listeners: [], generation: 0 }
    })
    return this.brokers.health({ kafkaVersion: '', properties: {}, nodes })
  }

  async takeUpCertificates(): Promise<void> {}

  resizeVolumes(): void {}

  async finalizeVersion(): Promise<void> {}

  figures(): BrokerFigures[] {
    return this.#given.figures()
  }

  /** Whoever has started them stops them. */
  async stop(): Promise<void> {}
}

/** Whoever runs the brokers has names of their own for listeners. */
function placed(name: ListenerName, { host, port }: Address): NodeListener {
  return { name, host, port }
}

function stoppedElsewhere(nodeId: number): OperatingError {
  return new OperatingError(`Broker ${nodeId} does not run.`, {
    code: 'GIVEN_BROKERS',
    why: 'Whoever has started it has stopped it, or it was never there.',
    next: 'Start it where it was stopped, or leave the cluster as large as it is.',
  })
}
