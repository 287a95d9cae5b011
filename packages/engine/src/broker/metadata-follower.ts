import type { Clock } from '@sluice/effects'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { ImageDelta } from '../metadata/delta.ts'
import type { MetadataImage, TopicImage } from '../metadata/image.ts'
import type { LoggedRecord } from '../metadata/records.ts'
import type { Partitions } from '../replication/partitions.ts'
import { logConfigOf } from '../storage/log-config.ts'
import type { LogManager } from '../storage/log-manager.ts'
import { inSlices, type Steps } from '../storage/slices.ts'
import type { CoordinatorHome } from './coordinators.ts'
import type { DirectoryAssignments } from './directory-assignments.ts'
import type { Peers } from './peers.ts'
import type { Registration } from './registration.ts'
import type { StepBack } from './step-back.ts'

/** The parts of a broker that become what the metadata says. */
interface FollowingParts {
  readonly nodeId: number
  readonly clock: Clock
  readonly metadata: MetadataImage
  readonly config: BrokerConfig
  readonly logs: LogManager
  readonly partitions: Partitions
  readonly peers: Peers
  readonly coordinators: readonly CoordinatorHome[]
}

interface MetadataFollowerOptions {
  readonly registration: Registration
  readonly stepBack: StepBack
  readonly directoryAssignments: DirectoryAssignments
  readonly isStopping: () => boolean
  /** Work that goes on by itself: its rejection is this broker's bug. */
  readonly watch: (work: Promise<unknown>) => void
}

const unaborted = new AbortController().signal

/**
 * Replays the metadata log into a broker's image and brings its logs, roles and configs to what it says.
 *
 * While the broker starts: 1. what is committed waits; 2. `replayWaiting` takes into the image alone what has come before
 * the logs are loaded; 3. `applyTopics` makes partitions of it; 4. `follow` takes what has waited since, and each change as
 * it comes, one after the other.
 */
export class MetadataFollower {
  readonly #broker: FollowingParts
  readonly #options: MetadataFollowerOptions
  /** Committed, and waits until logs and partitions are there; null from then on. */
  #waiting: (readonly LoggedRecord[])[] | null = []
  /** Changes that the parts of this broker have not had yet, or not whole; the first is under way. */
  readonly #deltas: ImageDelta[] = []

  constructor(broker: FollowingParts, options: MetadataFollowerOptions) {
    this.#broker = broker
    this.#options = options
  }

  committed(records: readonly LoggedRecord[]): void {
    if (this.#waiting) return void this.#waiting.push(records)
    this.#broker.metadata.replay(records)
    this.#options.registration.heard()
  }

  replayWaiting(): void {
    for (const records of this.#waiting?.splice(0) ?? []) this.#broker.metadata.replay(records)
  }

  *applyTopics(): Steps {
    for (const topic of this.#broker.metadata.topics()) yield* this.#broker.partitions.applyInSteps(topic)
  }

  /** The controller hears of replicas that are not where the metadata has them: this directory is a new one. */
  reviewDirectories(topic: TopicImage | undefined): void {
    if (!topic || this.#options.registration.brokerEpoch === -1) return
    const { id, name, partitions } = topic
    for (const [index, { replicas, directories }] of partitions.entries()) {
      const isElsewhere = directories[replicas.indexOf(this.#broker.nodeId)] !== this.#broker.logs.directoryId
      if (isElsewhere && this.#broker.partitions.get(name, index))
        this.#options.directoryAssignments.add(id, index)
    }
  }

  /** From now on the partitions become what the metadata says, beginning with what has waited. */
  follow(): void {
    this.#broker.metadata.onChange((delta) => this.#apply(delta))
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const records of waiting) this.#broker.metadata.replay(records)
  }

  /** One change after the other, and in slices: one of them may bring thousands of logs. */
  #apply(delta: ImageDelta): void {
    this.#deltas.push(delta)
    if (this.#deltas.length > 1) return
    this.#options.watch(inSlices(this.#applyDeltas(), this.#broker.clock, unaborted))
  }

  *#applyDeltas(): Steps {
    for (let [delta] = this.#deltas; delta && !this.#options.isStopping(); [delta] = this.#deltas) {
      yield* this.#applied(delta)
      this.#deltas.shift()
    }
  }

  /** Brings logs, roles and configs to what the metadata log says. */
  *#applied(delta: ImageDelta): Steps {
    for (const topic of delta.topicsDeleted) {
      yield* this.#broker.partitions.removeInSteps(topic.name)
      this.#broker.config.forgetTopic(topic.name)
      yield
    }
    if (delta.topicsDeleted.length > 0) {
      const names = new Set(delta.topicsDeleted.map(({ name }) => name))
      for (const coordinator of this.#broker.coordinators) coordinator.topicsDeleted(names)
    }
    this.#topicsChanged(delta)
    for (const topic of new Set(delta.partitionsChanged.map((change) => change.topic))) {
      yield* this.#broker.partitions.applyInSteps(topic)
      this.reviewDirectories(topic)
    }
    if (delta.brokersChanged.size > 0) this.#brokersChanged(delta.brokersChanged)
    // A new topic may have been given to it.
    if (delta.partitionsChanged.length > 0 && this.#options.stepBack.isDue) this.#options.registration.hurry()
    if (delta.configsChanged.length > 0) yield* this.#configsChanged()
  }

  #topicsChanged({ topicsCreated, topicsDeleted, partitionsChanged }: ImageDelta): void {
    const changed = partitionsChanged.map(({ topic }) => topic)
    const names = new Set([...topicsDeleted, ...changed].map(({ name }) => name))
    if (names.size === 0) return
    for (const coordinator of this.#broker.coordinators)
      coordinator.topicsChanged(names, topicsCreated.size > 0)
  }

  #brokersChanged(ids: ReadonlySet<number>): void {
    this.#broker.partitions.reviewIsrs()
    for (const id of ids) {
      const broker = this.#broker.metadata.broker(id)
      if (!broker) for (const part of [this.#broker.partitions, this.#broker.peers]) part.forgetBroker(id)
      else if (id !== this.#broker.nodeId && broker.inControlledShutdown) this.#options.registration.hurry()
    }
  }

  *#configsChanged(): Steps {
    for (const partition of this.#broker.partitions.all()) {
      partition.log.updateConfig(this.#broker.config.topicView(partition.topic, logConfigOf))
      partition.reviewThrottle()
      yield
    }
  }
}
