import type { MemoryDisk } from '@sluice/effects'
import type { FaultRules } from '@sluice/engine'
import type {
  AwsAccess,
  BrokerHandle,
  ClientConfigs,
  ClientName,
  ExchangeFilter,
  Exchanges,
  Faults,
  GroupDescription,
  GroupLag,
  GroupWanted,
  KafkaServer,
  KafkaServerOptions,
  NewRecord,
  RecordFilter,
  RecordPlace,
  RecordsWanted,
  RequestFilter,
  SeenRequest,
  ServerClock,
  Snapshot,
  StoredRecord,
  Topics as NewTopics,
} from './api.ts'
import { clientConfigs, isClientName } from './client-configs.ts'
import type { ClusterLife } from './cluster-life.ts'
import { durationMs } from './duration.ts'
import { Groups } from './groups.ts'
import type { AwsSide } from './companion.ts'
import type { Inside } from './inside.ts'
import { Leaders } from './leaders.ts'
import type { Login } from './login.ts'
import { Records } from './records.ts'
import type { RequestWatch } from './request-watch.ts'
import { KafkaServerError } from './server-error.ts'
import type { Taps } from './tap.ts'
import type { Topics } from './topics.ts'
import type { World } from './world.ts'

interface LiveServerParts {
  readonly world: World
  readonly life: ClusterLife
  readonly inside: Inside
  readonly options: KafkaServerOptions
  readonly topics: Topics
  readonly faults: FaultRules
  readonly watch: RequestWatch
  readonly taps: Taps
  readonly login: Login
  readonly aws: AwsSide
  /** Another server on what a disk has. */
  readonly fork: (disk: MemoryDisk) => Promise<KafkaServer>
}

/** A server as a test holds it: each of its words is one of the parts'. */
export class LiveServer implements KafkaServer {
  readonly #parts: LiveServerParts
  readonly #records: Records
  readonly #groups: Groups
  readonly #leaders: Leaders
  readonly #snapshots = new WeakMap<Snapshot, MemoryDisk>()
  #stopping: Promise<void> | null = null
  /** Ends with the last of what changes everything, which never fails here. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: LiveServerParts) {
    const { inside, topics, world } = parts
    this.#parts = parts
    this.#records = new Records(inside, topics, world.calendar.steady)
    this.#groups = new Groups(inside, topics, this.#records, world.clock)
    this.#leaders = new Leaders(inside, topics, world.clock)
  }

  get addresses(): readonly string[] {
    const { life } = this.#running
    return life.ids.map((id) => life.address(id))
  }

  get bootstrap(): string {
    return this.addresses.join(',')
  }

  clientConfig<Name extends ClientName>(client: Name): ClientConfigs[Name] {
    const configs = clientConfigs(this.addresses, this.#parts.login)
    if (!isClientName(client, configs))
      throw new KafkaServerError(`clientConfig knows no client "${String(client)}".`, {
        code: 'CLIENT',
        why: `It knows ${Object.keys(configs).join(', ')}.`,
        next: 'Name one of them, or give your client kafka.bootstrap.',
      })
    return configs[client]
  }

  async createTopics(topics: NewTopics): Promise<void> {
    await this.#running.topics.create(topics)
  }

  async topics(): Promise<string[]> {
    const topics = await this.#running.topics.list()
    return topics.flatMap(({ name }) => name ?? []).toSorted()
  }

  async produce(
    topic: string,
    records: NewRecord | string | readonly (NewRecord | string)[],
  ): Promise<RecordPlace[]> {
    return this.#whileRunning(() => this.#records.produce(topic, listOf(records)))
  }

  async records(topic: string, filter?: RecordFilter): Promise<StoredRecord[]> {
    return this.#whileRunning(() => this.#records.read(topic, filter))
  }

  async waitForRecords(topic: string, wanted?: RecordsWanted): Promise<StoredRecord[]> {
    return this.#whileRunning(() => this.#records.waitFor(topic, wanted))
  }

  async commit(group: string, places: RecordPlace | readonly RecordPlace[]): Promise<void> {
    await this.#whileRunning(() => this.#groups.commit(group, listOf(places)))
  }

  async lag(group: string): Promise<GroupLag> {
    return this.#whileRunning(() => this.#groups.lag(group))
  }

  async group(group: string): Promise<GroupDescription> {
    return this.#whileRunning(() => this.#groups.describe(group))
  }

  async waitForGroup(group: string, wanted?: GroupWanted): Promise<GroupDescription> {
    return this.#whileRunning(() => this.#groups.waitFor(group, wanted))
  }

  reset({ keepTopics = false }: { keepTopics?: boolean } = {}): Promise<void> {
    return this.#inTurn(async () => {
      const { topics, life, options, faults, watch } = this.#running
      const wanted = { ...(keepTopics && (await topics.asCreated())), ...options.topics }
      await watch.whileTopicsAreAway(() => topics.replaceAll(wanted))
      await this.#groups.deleteEmpty(life.ids.filter((id) => life.isRunning(id)))
      faults.clear()
      watch.forget()
    })
  }

  snapshot(): Snapshot {
    const { life, world } = this.#running
    const snapshot = Object.freeze({ takenAtMs: world.calendar.steady.now() })
    this.#snapshots.set(snapshot, life.copyDisk())
    return snapshot
  }

  async restore(snapshot: Snapshot): Promise<void> {
    const { life, inside } = this.#running
    const disk = this.#snapshots.get(snapshot)
    if (!disk)
      throw new KafkaServerError('This snapshot is not one of this server.', {
        code: 'SNAPSHOT',
        why: 'A server gives back what it has been itself.',
        next: 'Restore what snapshot() of the same server has given, or fork() that one.',
      })
    await this.#inTurn(async () => {
      this.#checkRunning()
      await inside.close()
      await life.restart(disk.copy())
    })
  }

  async fork(): Promise<KafkaServer> {
    const { life, fork } = this.#running
    return fork(life.copyDisk())
  }

  broker(id: number): BrokerHandle {
    const { life } = this.#running
    if (!life.ids.includes(id))
      throw new KafkaServerError(`This server has no broker ${id}.`, {
        code: 'BROKER',
        why: `Its brokers are ${life.ids.join(', ')}.`,
        next: 'Name one of them, or start the server with more: KafkaServer.start({ brokers: 3 }).',
      })
    return {
      id,
      address: life.address(id),
      get isRunning() {
        return life.isRunning(id)
      },
      stop: () => life.stopBroker(id),
      kill: () => life.killBroker(id),
      start: () => life.startBroker(id),
    }
  }

  async moveLeader(topic: string, partition: number, brokerId: number): Promise<void> {
    this.broker(brokerId)
    await this.#leaders.move(topic, partition, brokerId)
  }

  requests(filter?: RequestFilter): SeenRequest[] {
    return this.#running.watch.requests(filter)
  }

  tap(filter?: ExchangeFilter): Exchanges {
    return this.#running.taps.open(filter)
  }

  get clock(): ServerClock {
    const { calendar } = this.#running.world
    return {
      now: () => calendar.steady.now(),
      advance: async (by, options) => calendar.advance(durationMs(by), options),
    }
  }

  get faults(): Faults {
    return this.#running.faults
  }

  get aws(): AwsAccess {
    return this.#running.aws.access
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    const { inside, life, faults, watch, taps, aws } = this.#parts
    await this.#turn
    await aws.stop()
    const clients = await watch.connected()
    await inside.close()
    await life.stop()
    taps.close()
    for (const client of clients)
      warn(
        'CLIENT_CONNECTED',
        `${client} was still connected to a KafkaServer that stops. Disconnect it first.`,
      )
    for (const fault of faults.neverFired())
      warn('FAULT_NEVER_FIRED', `A fault has never fired: kafka.faults.${fault}. No such request has come.`)
  }

  /** Resets and restores go one after the other, and a stop waits for them. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  /** What a stop cuts off ends as everything does that comes after it. */
  async #whileRunning<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#checkRunning()
    try {
      return await work()
    } catch (error) {
      this.#checkRunning()
      throw error
    }
  }

  get #running(): LiveServerParts {
    this.#checkRunning()
    return this.#parts
  }

  #checkRunning(): void {
    if (this.#stopping)
      throw new KafkaServerError('This server is stopped.', {
        code: 'STOPPED',
        why: 'stop() was called, or the block of its `await using` has ended.',
        next: 'Use it before, or start another with KafkaServer.start().',
      })
  }
}

function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'SluiceWarning', code: `SLUICE_${code}` })
}

function listOf<Item>(given: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(given) ? given : [given as Item]
}
