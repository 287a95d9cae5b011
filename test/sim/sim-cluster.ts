import { AssertionFailure, isSystemError, type Logger, type Random, seededRandom } from '@sluice/effects'
import { type BrokerNode, type Cluster, type Loss, MetadataDamagedError, startCluster } from '@sluice/engine'
import { brokerHost, brokerPort } from './clients/cluster-client.ts'
import { Life } from './life.ts'
import type { SimNetwork } from './network.ts'
import { nodeClock } from './node-clock.ts'
import type { Scheduler } from './scheduler.ts'
import { GoneError, SimNode } from './sim-node.ts'
import type { Story } from './story.ts'

export const controllerId = 10_000
const directory = '/data'
const controllerNode = { nodeId: controllerId, host: 'controller', port: 9093 }
/** A node that could not start is tried again after so long. */
const retryMs = 500

interface SimClusterOptions {
  readonly scheduler: Scheduler
  readonly network: SimNetwork
  readonly random: Random
  readonly story: Story
  readonly logger: Logger
  readonly brokers: number
  /** Inline: all nodes in one process. Else each has a process of its own: followers fetch, and the controller is over there. */
  readonly feedsInline: boolean
  readonly properties: Readonly<Record<string, string>>
  /** Something of the metadata has become durable. */
  readonly onMetadata: () => void
  /** Whether nothing of a partition is promised to anybody, by its directory's name. */
  readonly mayLose: (partition: string) => boolean
  /** A broker that was away when a partition left it puts aside what it has of it. */
  readonly wasMovedAway: (partition: string, brokerId: number) => boolean
  /** A broker has lost what was not synced. */
  readonly onLostWrites: (brokerId: number) => void
  /** A broker has lost all. */
  readonly onNewDisk: (brokerId: number) => void
}

interface Machine {
  readonly node: SimNode
  state: 'down' | 'starting' | 'up' | 'stopping'
  /** What is under way; what comes next begins when it has ended. */
  doing: Promise<void>
  /** Gives up a start. */
  calledOff: AbortController
  /** Faults of its disk, or a power cut, may have cost it something; what a start does not mend it may find again. */
  mayHaveLost: boolean
}

/** The cluster under test: each node a machine of its own, that ends and begins as the faults will have it. */
export class SimCluster {
  readonly #options: SimClusterOptions
  readonly #machines = new Map<number, Machine>()
  readonly #specs: readonly BrokerNode[]
  #cluster: Cluster | null = null

  constructor(options: SimClusterOptions) {
    this.#options = options
    this.#specs = Array.from({ length: options.brokers }, (_, at) => brokerSpec(at + 1))
    for (const { nodeId } of this.#specs)
      this.#machines.set(nodeId, this.#machine(nodeId, brokerHost(nodeId)))
    this.#machines.set(controllerId, this.#machine(controllerId, 'controller'))
  }

  get brokerIds(): number[] {
    return this.#specs.map(({ nodeId }) => nodeId)
  }

  get allUp(): boolean {
    return [...this.#machines.values()].every(({ state }) => state === 'up')
  }

  node(id: number): SimNode {
    return this.#of(id).node
  }

  state(id: number): Machine['state'] {
    return this.#of(id).state
  }

  logDirectory(id: number): string {
    return id === controllerId ? `${directory}/controller/volume-1` : `${directory}/broker-${id}/volume-1`
  }

  /** Nothing is wrong yet. */
  async start(): Promise<void> {
    const { scheduler, network, random, logger, properties, feedsInline } = this.#options
    const life = new Life()
    this.#cluster = await startCluster({
      directory,
      controller: controllerNode,
      brokers: this.#specs,
      properties,
      feedsInline,
      channelInline: feedsInline,
      effects: {
        clock: nodeClock(scheduler, life, { aheadMs: 0 }),
        disk: this.node(controllerId).disk,
        network: network.at({ host: 'cluster', life }),
        random: seededRandom(random.int(0x7fffffff)),
        logger,
      },
      effectsOf: (nodeId) => this.node(nodeId).begin(),
      onLoss: (nodeId, loss) => this.#hasLost(nodeId, loss),
      onBrokerFailure: (nodeId, failure) => this.#failed(nodeId, failure),
      onControllerFailure: (failure) => this.#failed(controllerId, failure),
    })
    for (const machine of this.#machines.values()) machine.state = 'up'
  }

  /** The process ends without a word; with `power` its machine does. */
  crash(id: number, { power }: { power: boolean }): void {
    const machine = this.#of(id)
    if (machine.state === 'down' || machine.node.life.isOver) return
    this.#options.story.tell(nameOf(id), power ? 'loses power' : 'is killed')
    machine.node.crash({ power })
    if (power) this.#mayHaveLost(id, this.#options.onLostWrites)
    this.#sweepUp(id)
  }

  stopCleanly(id: number): void {
    const machine = this.#of(id)
    if (machine.state !== 'up') return
    const { life } = machine.node
    this.#options.story.tell(nameOf(id), 'is stopped')
    machine.state = 'stopping'
    this.#next(machine, async (cluster) => {
      await (id === controllerId ? cluster.stopController() : cluster.stopBroker(id))
      if (life.isOver) return
      this.#options.story.tell(nameOf(id), 'has stopped')
      machine.node.crash({ power: false })
      machine.state = 'down'
    })
  }

  /** Starts it, if it is down by then. */
  startAgain(id: number): void {
    const machine = this.#of(id)
    const { story, properties } = this.#options
    this.#next(machine, async (cluster) => {
      if (machine.state !== 'down') return
      machine.state = 'starting'
      machine.calledOff = new AbortController()
      story.tell(nameOf(id), 'starts')
      try {
        if (id === controllerId) await cluster.startController(controllerNode, properties)
        else
          await cluster.startBroker(this.#specs[id - 1] as BrokerNode, properties, machine.calledOff.signal)
        if (machine.node.life.isOver) return
        machine.state = 'up'
        story.tell(nameOf(id), 'is up')
      } catch (error) {
        this.#doesNotStart(id, error)
      }
    })
  }

  /** Its disk is exchanged for an empty one, while it is down. */
  replaceDisk(id: number): void {
    const machine = this.#of(id)
    if (machine.state !== 'down') return
    machine.node.replaceDisk()
    this.#options.story.tell(nameOf(id), 'gets an empty disk')
    this.#mayHaveLost(id, this.#options.onNewDisk)
  }

  /** From now on its disk is not what it should be. */
  diskFails(id: number): void {
    this.#of(id).mayHaveLost = true
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop()
  }

  #mayHaveLost(id: number, told: (brokerId: number) => void): void {
    this.#of(id).mayHaveLost = true
    if (id !== controllerId) told(id)
  }

  /** What the engine still holds of a process that is gone. */
  #sweepUp(id: number): void {
    const machine = this.#of(id)
    machine.state = 'stopping'
    machine.calledOff.abort(new Error('killed'))
    this.#next(machine, async (cluster) => {
      await (id === controllerId ? cluster.stopController() : cluster.kill(id))
      machine.state = 'down'
    })
  }

  #next(machine: Machine, work: (cluster: Cluster) => Promise<void>): void {
    machine.doing = machine.doing.then(async () => {
      if (this.#cluster) await work(this.#cluster)
    })
  }

  #hasLost(id: number, loss: Loss): void {
    const { story, mayLose, wasMovedAway } = this.#options
    const what = JSON.stringify(loss)
    story.tell(nameOf(id), `finds lost: ${what}`)
    if (loss.kind === 'log put aside' && wasMovedAway(loss.log, id)) return
    // It was killed before it had made the log of a new partition, or has followed a leader that had lost records.
    if ('log' in loss && mayLose(loss.log)) return
    if (!this.#of(id).mayHaveLost) story.violated(`${nameOf(id)} has lost something for no reason: ${what}`)
  }

  #failed(id: number, failure: Error): void {
    const machine = this.#of(id)
    // A process that is gone may come to its end after the next one has begun.
    if (machine.node.life.isOver || machine.state !== 'up' || failure instanceof GoneError) return
    const { story, scheduler } = this.#options
    story.tell(nameOf(id), `fails: ${failure.message}`)
    const isExcused = isSystemError(failure) ? machine.mayHaveLost : failure.name === 'MetadataGoneError'
    if (!isExcused) story.violated(`${nameOf(id)} fails: ${failure.stack}`)
    machine.node.crash({ power: false })
    this.#sweepUp(id)
    scheduler.after(retryMs, () => this.startAgain(id))
  }

  #doesNotStart(id: number, error: unknown): void {
    const machine = this.#of(id)
    if (machine.node.life.isOver) return
    const { story, scheduler } = this.#options
    story.tell(nameOf(id), `does not start: ${(error as Error).message}`)
    const isBug = error instanceof AssertionFailure || error instanceof MetadataDamagedError
    // A broker begins with what the controller gives it, and fails with it.
    const isExcused = machine.mayHaveLost || this.#of(controllerId).mayHaveLost
    if (isBug || (isSystemError(error) && !isExcused))
      story.violated(`${nameOf(id)} does not start: ${(error as Error).stack}`)
    machine.node.crash({ power: false })
    machine.state = 'down'
    scheduler.after(retryMs, () => this.startAgain(id))
  }

  #diesOfItsDisk(id: number): void {
    const machine = this.#of(id)
    this.crash(id, { power: machine.node.faults.diesWithPower() })
  }

  #of(id: number): Machine {
    return this.#machines.get(id) as Machine
  }

  #machine(id: number, host: string): Machine {
    const { scheduler, network, random, logger } = this.#options
    const node = new SimNode({
      id,
      host,
      isController: id === controllerId,
      scheduler,
      network,
      random: seededRandom(random.int(0x7fffffff)),
      logger,
      onDeath: () => this.#diesOfItsDisk(id),
      onSynced: () => id === controllerId && this.#options.onMetadata(),
    })
    const calledOff = new AbortController()
    return { node, state: 'down', doing: Promise.resolve(), calledOff, mayHaveLost: false }
  }
}

export function nameOf(id: number): string {
  return id === controllerId ? 'controller' : `broker ${id}`
}

function brokerSpec(nodeId: number): BrokerNode {
  const host = brokerHost(nodeId)
  return {
    nodeId,
    rack: `zone-${nodeId}`,
    listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: brokerPort }],
  }
}
