import { type Connection, describeGroup, describeTopics, type ListedGroup, listGroups } from '@sluice/client'
import {
  type ClusterBrokers,
  type ClusterPlan,
  type NodeListener,
  type ObservedNode,
  sameNode,
} from '../engine.ts'
import type {
  ClusterOverview,
  ConsumerOffset,
  GroupDescription,
  GroupOverview,
  LogDirectory,
  ScramUsersChange,
} from '../cluster-view.ts'
import { innerListener } from '../listeners.ts'
import { answerTimeoutMs, askNode, type RemoteEffects } from './ask-node.ts'
import { byLeader, committedOffsets, endOffsets, groupOverviews, isTold } from './consumer-offsets.ts'
import { internalMoves, namesOf, startMoves } from './internal-topics.ts'
import { describeLogDirectories } from './log-directories.ts'
import { metadataProblem, topicsOfOneReplica, userPartitionsOf } from './metadata-health.ts'
import { evenMoves } from './partition-placement.ts'
import { electPreferred } from './preferred-leaders.ts'
import { reloadFiles } from './reload-files.ts'
import { alterScramUsers, scramUsers } from './scram-users.ts'
import { TopicAdmin } from './topic-admin.ts'
import { unregisterBroker } from './unregister-broker.ts'

/** Of partitions, between brokers: each copies a whole log, and clients want their part of the disks meanwhile. */
const movesAtOnceMax = 50
/** Moves wait for what they have begun. */
const controllerTimeoutMs = 30_000

type Use<Answer> = (connection: Connection) => Promise<Answer>

/** What every engine asks of the brokers of a cluster, by Kafka's own protocol. */
export class ClusterClient implements ClusterBrokers {
  readonly #effects: RemoteEffects
  readonly #nodes: () => readonly ObservedNode[]
  readonly topics = new TopicAdmin({
    ask: (use) => this.ask(null, use),
    askController: (use) => this.#askController(null, use),
  })

  constructor(effects: RemoteEffects, nodes: () => readonly ObservedNode[]) {
    this.#effects = effects
    this.#nodes = nodes
  }

  /** Over one connection to a broker of the plan, without one to any that runs: the first one that takes it. */
  async ask<Answer>(plan: ClusterPlan | null, use: Use<Answer>): Promise<Answer> {
    let refusal: unknown = new Error('no broker runs')
    for (const address of this.#addresses(plan)) {
      let opened = false
      try {
        return await askNode(this.#effects, address, (connection) => {
          opened = true
          return use(connection)
        })
      } catch (error) {
        if (opened) throw error
        refusal = error
      }
    }
    throw refusal
  }

  /** Every broker of the plan is registered, every partition has its leader and all its replicas in sync, `also` is well. */
  async health(
    plan: ClusterPlan,
    also: (connection: Connection) => Promise<string | null> = async () => null,
  ): Promise<string | null> {
    return orSentence(
      this.ask(plan, async (connection) => {
        return metadataProblem(plan, await describeTopics(connection)) ?? (await also(connection))
      }),
    )
  }

  async userPartitions(plan: ClusterPlan, nodeId: number): Promise<number> {
    return userPartitionsOf(await this.ask(plan, describeTopics), nodeId)
  }

  async topicsOfOneReplica(plan: ClusterPlan): Promise<string[]> {
    return topicsOfOneReplica(await this.ask(plan, describeTopics))
  }

  placeInternalTopics(plan: ClusterPlan): Promise<string | null> {
    return orSentence(this.#placeInternalTopics(plan))
  }

  async #placeInternalTopics(plan: ClusterPlan): Promise<string | null> {
    const moves = internalMoves(plan, await this.ask(plan, describeTopics))
    if (moves.length === 0) return null
    await this.#askController(plan, (connection) => startMoves(connection, moves))
    return `The partition ${namesOf(moves)} is being moved.`
  }

  placePartitions(plan: ClusterPlan): Promise<string | null> {
    return orSentence(this.#placePartitions(plan))
  }

  async #placePartitions(plan: ClusterPlan): Promise<string | null> {
    const brokers = plan.nodes.filter(({ role }) => role === 'broker')
    const { moves, moving } = evenMoves(brokers, await this.ask(plan, describeTopics))
    const next = moves.slice(0, Math.max(0, movesAtOnceMax - moving))
    if (next.length > 0) await this.#askController(plan, (connection) => startMoves(connection, next))
    if (moves.length + moving === 0) return null
    return `${moves.length + moving} partitions are being moved.`
  }

  restoreLeaders(plan: ClusterPlan): Promise<string | null> {
    return orSentence(this.#askController(plan, electPreferred, answerTimeoutMs))
  }

  scramUsers(plan: ClusterPlan): Promise<ReadonlySet<string>> {
    return this.#askController(plan, scramUsers)
  }

  alterScramUsers(plan: ClusterPlan, change: ScramUsersChange): Promise<void> {
    return this.#askController(plan, (connection) => alterScramUsers(connection, change))
  }

  async logDirectories(): Promise<LogDirectory[]> {
    return (await this.#askEach(describeLogDirectories)).flat()
  }

  async overview(): Promise<ClusterOverview | null> {
    const { controllerId, topics } = await this.ask(null, describeTopics)
    return {
      controllerId,
      topics: topics.map(({ name, isInternal, partitions }) => ({
        name: name ?? '',
        isInternal,
        partitions: partitions.map(({ leaderId, replicaNodes, isrNodes }) => ({
          leader: leaderId,
          replicas: replicaNodes,
          isr: isrNodes,
        })),
      })),
    }
  }

  consumerOffsets(): Promise<ConsumerOffset[]> {
    return this.#offsetsOf(isTold)
  }

  async groups(): Promise<GroupOverview[]> {
    const [listed, offsets] = await Promise.all([this.#askEach(listGroups), this.#offsetsOf(() => true)])
    return groupOverviews(listed.flat(), offsets)
  }

  /** Its coordinator alone lists it: null where all brokers answer and none does, else the failure of one that does not. */
  async group(name: string): Promise<GroupDescription | null> {
    const asked = await this.#outcomes(async (connection) => {
      const listed = (await listGroups(connection)).find(({ group }) => group === name)
      return listed && { ...(await describeGroup(connection, name)), ...listed }
    })
    const group = fulfilled(asked).find((one) => one !== undefined)
    const failed = asked.find(({ status }) => status === 'rejected')
    if (!group && failed?.status === 'rejected') throw failed.reason
    if (!group) return null
    const offsets = await this.#offsetsOf((listed) => listed.group === name)
    const { state, type, assignor } = group
    return {
      ...{ group: name, state, type, assignor },
      members: group.members.map(({ memberId, clientId, host, partitions }) => {
        return { memberId, clientId, host, partitions: [...partitions] }
      }),
      offsets: offsets.map(({ topic, partition, committedOffset, endOffset }) => {
        return { topic, partition, committedOffset, endOffset }
      }),
    }
  }

  async #offsetsOf(isMeant: (group: ListedGroup) => boolean): Promise<ConsumerOffset[]> {
    const committed = (await this.#askEach((connection) => committedOffsets(connection, isMeant))).flat()
    if (committed.length === 0) return []
    const leaders = await this.ask(null, (connection) => byLeader(connection, committed))
    const ends = await this.#askEach(
      (connection, nodeId) => endOffsets(connection, leaders.get(nodeId) ?? new Map()),
      (nodeId) => leaders.has(nodeId),
    )
    const endOf = new Map(ends.flatMap((one) => [...one]))
    return committed.flatMap((one) => {
      const endOffset = endOf.get(`${one.topic}-${one.partition}`)
      return endOffset === undefined ? [] : [{ ...one, endOffset }]
    })
  }

  /** Every broker that runs and is meant; what one of them does not answer is left out. */
  async #askEach<Answer>(
    use: (connection: Connection, nodeId: number) => Promise<Answer>,
    isMeant: (nodeId: number) => boolean = () => true,
  ): Promise<Answer[]> {
    return fulfilled(await this.#outcomes(use, isMeant))
  }

  /** Nobody else is connected to: whoever hangs up before it has asked something may end a handshake, and brokers warn of that. */
  #outcomes<Answer>(
    use: (connection: Connection, nodeId: number) => Promise<Answer>,
    isMeant: (nodeId: number) => boolean = () => true,
  ): Promise<PromiseSettledResult<Answer>[]> {
    const asked = this.#brokers(null).flatMap(({ nodeId, listeners }) => {
      const listener = isMeant(nodeId) && innerListener(listeners)
      return listener ? [askNode(this.#effects, listener, (connection) => use(connection, nodeId))] : []
    })
    return Promise.allSettled(asked)
  }

  /** See reload-files. */
  async reloadFiles(plan: ClusterPlan, brokerId: number): Promise<void> {
    const broker = this.#brokers(plan).find(({ nodeId }) => nodeId === brokerId)
    const listener = broker && innerListener(broker.listeners)
    if (listener) await askNode(this.#effects, listener, (connection) => reloadFiles(connection, brokerId))
  }

  /** The cluster forgets a broker; there is nothing to say where none is left that could. */
  async unregister(plan: ClusterPlan, brokerId: number): Promise<void> {
    if (this.#addresses(plan).length > 0)
      await this.ask(plan, (connection) => unregisterBroker(connection, brokerId))
  }

  /** Where the brokers of the plan that run are reached by each other, and by us. */
  #addresses(plan: ClusterPlan | null): NodeListener[] {
    return this.#brokers(plan).flatMap(({ listeners }) => innerListener(listeners) ?? [])
  }

  /** Those of the plan that run; without one all that do. */
  #brokers(plan: ClusterPlan | null): ObservedNode[] {
    return this.#nodes()
      .filter((node) => node.role === 'broker' && node.state === 'running')
      .filter((node) => !plan || plan.nodes.some((planned) => sameNode(planned, node)))
  }

  /** Only with ZooKeeper it has to be that very broker; elsewhere each passes such requests on. */
  async #askController<Answer>(
    plan: ClusterPlan | null,
    use: Use<Answer>,
    timeoutMs = controllerTimeoutMs,
  ): Promise<Answer> {
    const { controllerId } = await this.ask(plan, (connection) => describeTopics(connection, []))
    const controller = this.#brokers(plan).find(({ nodeId }) => nodeId === controllerId)
    const listener = controller && innerListener(controller.listeners)
    if (!listener) throw new Error('the cluster has no controller')
    return askNode(this.#effects, listener, use, timeoutMs)
  }
}

function fulfilled<Answer>(outcomes: readonly PromiseSettledResult<Answer>[]): Answer[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
}

/** A cluster that gives no answer is not well. */
async function orSentence(problem: Promise<string | null>): Promise<string | null> {
  try {
    return await problem
  } catch (error) {
    return `The cluster does not answer: ${(error as Error).message}.`
  }
}
