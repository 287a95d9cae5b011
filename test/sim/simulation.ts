import { type Random, seededRandom, silentLogger } from '@sluice/effects'
import { cleanerPropertiesOf, compactsInSeed } from './compaction.ts'
import { Faults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { Life } from './life.ts'
import { LostWrites } from './lost-writes.ts'
import { MetadataView, type PartitionFacts } from './metadata-view.ts'
import { SimNetwork } from './network.ts'
import { nodeClock } from './node-clock.ts'
import { ReplicaLogs } from './replica-logs.ts'
import { Scheduler } from './scheduler.ts'
import { propertiesOf, uncleanProperties } from './settings.ts'
import { controllerId, SimCluster } from './sim-cluster.ts'
import { Story } from './story.ts'
import { Workload } from './workload.ts'

export type Feed = 'inline' | 'fetch'
/**
 * Who uses the cluster: `transactions` are those of `records`, and others whose records come in transactions;
 * `consumers`, and a group of the consumer protocol.
 */
export type Clients = 'records' | 'transactions' | 'consumers'

export interface SimulationOptions {
  readonly seed: number
  readonly feed: Feed
  readonly clients: Clients
  readonly brokers: number
  /** Whether topics are compacted; as the seed will have it unless told. */
  readonly compacts?: boolean | undefined
  /** Whether one service hosts all of the cluster, so that all of it can be killed at once. */
  readonly isOneService?: boolean | undefined
  /** Whether rather a replica that is out of sync leads than none, as MSK has it. */
  readonly isUnclean?: boolean | undefined
}

export interface Outcome {
  readonly seed: number
  /** What must not be; null: all is well. */
  readonly violation: string | null
  readonly story: readonly string[]
  readonly simulatedMs: number
  readonly events: number
  /** Records that were promised to somebody. */
  readonly promises: number
}

const startMsMax = 20_000
/** Within so long after the last fault everything must be as it was before the first. */
const healMsMax = 40_000
/** How often the disks of the replicas are looked at. */
const checkMs = 400
/** How often it is looked whether there is what is waited for. */
const lookMs = 5

/** One cluster, its clients and what goes wrong, all of it from one seed. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  return new Simulation(options).run()
}

class Simulation {
  readonly #seed: number
  readonly #scheduler = new Scheduler()
  readonly #story = new Story(this.#scheduler)
  readonly #ledger = new Ledger(this.#story)
  readonly #logs: ReplicaLogs
  readonly #random: Random
  readonly #network: SimNetwork
  readonly #lostWrites: LostWrites
  readonly #metadata: MetadataView
  readonly #cluster: SimCluster
  readonly #workload: Workload
  readonly #keepsElr: boolean
  readonly #isOneService: boolean
  #isOver = false

  constructor(options: SimulationOptions) {
    const { seed, feed, clients, brokers, compacts = compactsInSeed(seed) } = options
    const { isOneService = false, isUnclean = false } = options
    const random = seededRandom(seed)
    const [story, ledger, scheduler] = [this.#story, this.#ledger, this.#scheduler]
    this.#seed = seed
    this.#isOneService = isOneService
    this.#logs = new ReplicaLogs(story, ledger, { compacts })
    this.#random = random
    this.#network = new SimNetwork(scheduler, fork(random))
    this.#keepsElr = random.int(8) > 0
    this.#lostWrites = new LostWrites({ story, ledger, keepsElr: this.#keepsElr, electsUncleanly: isUnclean })
    this.#metadata = new MetadataView(story, {
      changed: (partition, change) => {
        this.#lostWrites.changed(partition, change)
        if (change.entered.length > 0) scheduler.after(0, () => this.#checkLogs([partition]))
      },
      registered: (brokerId) => this.#lostWrites.registered(brokerId),
    })
    this.#cluster = new SimCluster({
      scheduler,
      network: this.#network,
      random: fork(random),
      story,
      logger: silentLogger,
      brokers,
      feedsInline: feed === 'inline',
      properties: {
        ...propertiesOf(random, brokers),
        ...(compacts ? cleanerPropertiesOf(seed) : {}),
        ...(isUnclean ? uncleanProperties : {}),
      },
      mayLose: (partition) => ledger.committedEnd(partition) === 0 || ledger.isForgiven(partition),
      wasMovedAway: (partition, brokerId) => this.#metadata.wasMovedAway(partition, brokerId),
      onMetadata: () => this.#followMetadata(),
      onLostWrites: (brokerId) => this.#lostWrites.lost(this.#metadata, brokerId),
      onNewDisk: (brokerId) => this.#lostWrites.lostAll(this.#metadata, brokerId),
    })
    this.#workload = new Workload({
      random: fork(random),
      story,
      ledger,
      brokers,
      clients,
      compacts,
      coordinator: () => {
        const { leader = -1, leaderEpoch = -1 } = this.#metadata.partition('__consumer_offsets', 0) ?? {}
        return { nodeId: leader, leaderEpoch }
      },
      worldOf: (name) => ({
        name,
        scheduler,
        clock: nodeClock(scheduler, new Life(), { aheadMs: 0 }),
        network: this.#network.at({ host: name, life: new Life() }),
        random: fork(random),
        story,
        brokerIds: this.#cluster.brokerIds,
      }),
    })
  }

  async run(): Promise<Outcome> {
    const workload = this.#workload
    await this.#passes('the cluster has started', this.#cluster.start(), startMsMax)
    await this.#passes('there are topics', workload.prepare({ keepsElr: this.#keepsElr }), startMsMax)
    for (const client of workload.begin()) this.#watch(client)
    this.#checkAgainAndAgain()
    const faults = this.#faults()
    const faultsMs = 2_000 + this.#random.int(6_000)
    await this.#passes('enough has happened', faults.run(faultsMs), faultsMs + 10_000)
    workload.stopChanging()
    faults.end()
    await this.#until('the cluster has healed', () => this.#isHealed, healMsMax)
    workload.stopWriting()
    await this.#until('all is acknowledged', () => workload.isWritten, healMsMax)
    await this.#until('all is read', () => this.#isReadEverywhere, healMsMax)
    await this.#passes('what was read and committed is whole', workload.check(), healMsMax)
    workload.stopReading()
    await this.#passes('the cluster has stopped', this.#cluster.stop(), startMsMax)
    this.#isOver = true
    this.#checkLogs()
    this.#logs.checkProducers(this.#metadata.partitions(), this.#disks)
    return {
      seed: this.#seed,
      violation: this.#story.violation,
      story: this.#story.text(),
      simulatedMs: Math.round(this.#scheduler.nowMs),
      events: this.#scheduler.events,
      promises: this.#ledger.promises,
    }
  }

  #faults(): Faults {
    return new Faults({
      scheduler: this.#scheduler,
      random: fork(this.#random),
      story: this.#story,
      cluster: this.#cluster,
      network: this.#network,
      metadata: this.#metadata,
      lostWrites: this.#lostWrites,
      clientHosts: this.#workload.hosts,
      isMerciless: this.#random.int(8) === 0,
      isOneService: this.#isOneService,
    })
  }

  get #disks() {
    return this.#cluster.brokerIds.map((brokerId) => ({
      brokerId,
      disk: this.#cluster.node(brokerId).disk,
      directory: this.#cluster.logDirectory(brokerId),
      hasRefused: this.#cluster.node(brokerId).hasRefused,
    }))
  }

  get #isHealed(): boolean {
    const { brokerIds, allUp } = this.#cluster
    if (!allUp || !brokerIds.every((id) => this.#metadata.isUnfenced(id))) return false
    return [...this.#metadata.partitions()].every(
      ({ leader, isr, replicas, isMoving }) => leader >= 0 && isr.length === replicas.length && !isMoving,
    )
  }

  /** Followers have all that their leaders have, and consumers, too. */
  get #isReadEverywhere(): boolean {
    const ends = new Map<string, number>()
    for (const partition of this.#metadata.partitions()) {
      const all = this.#disks
        .filter(({ brokerId }) => partition.replicas.includes(brokerId))
        .map((replica) => this.#logs.read(partition, replica).endOffset)
      const name = nameOfPartition(partition)
      // A compacted log that was cut may end behind the last record that its disk shows.
      if (new Set(all).size > 1 && !this.#ledger.isForgiven(name)) return false
      ends.set(name, all[0] ?? 0)
    }
    // Whoever had come further than a forgiven one is now may find nothing there.
    return this.#workload.isReadTo((name) => (this.#ledger.isForgiven(name) ? -1 : (ends.get(name) ?? 0)))
  }

  #followMetadata(): void {
    const { disk } = this.#cluster.node(controllerId)
    this.#metadata.follow(disk, `${this.#cluster.logDirectory(controllerId)}/__cluster_metadata-0`)
  }

  #checkAgainAndAgain(): void {
    this.#scheduler.after(checkMs, () => {
      if (this.#isOver) return
      this.#checkLogs()
      this.#checkAgainAndAgain()
    })
  }

  #checkLogs(partitions = this.#metadata.partitions()): void {
    // A controller that stops makes its last words durable, and nobody is there any more to tell of it.
    this.#followMetadata()
    this.#logs.check(partitions, this.#disks, (partition, brokerId) =>
      this.#lostWrites.has(partition, brokerId),
    )
  }

  async #passes(what: string, work: Promise<void>, limitMs: number): Promise<void> {
    let isDone = false
    this.#watch(work.then(() => void (isDone = true)))
    await this.#until(what, () => isDone, limitMs)
  }

  async #until(what: string, isSo: () => boolean, limitMs: number): Promise<void> {
    if (this.#story.violation !== null) return
    let nextLookMs = 0
    const isDone = (): boolean => {
      if (this.#story.violation !== null) return true
      if (this.#scheduler.nowMs < nextLookMs) return false
      nextLookMs = this.#scheduler.nowMs + lookMs
      return isSo()
    }
    const came = await this.#scheduler.run(isDone, limitMs)
    if (!came) this.#story.violated(`${limitMs} ms have passed, and it is not so that ${what}`)
    else if (this.#story.violation === null) this.#story.tell('simulation', what)
  }

  /** What nobody has foreseen is a violation. */
  #watch(work: Promise<void>): void {
    work.catch((error: unknown) => this.#story.violated((error as Error).stack ?? String(error)))
  }
}

function fork(random: Random): Random {
  return seededRandom(random.int(0x7fffffff))
}

function nameOfPartition({ topic, index }: PartitionFacts): string {
  return `${topic}-${index}`
}
