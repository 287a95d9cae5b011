import { join } from 'node:path'
import type { Clock, Logger, Random, Timer } from '@sluice/effects'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { Clusters } from '../clusters/clusters.ts'
import { type Destination, destinationsOf, type DestinationsContext } from './destinations.ts'
import { LogGroups } from './log-groups.ts'
import { logEntries } from './log-entries.ts'
import { readServerLog, type ServerLogPosition } from './server-log-reader.ts'

const periodMs = 1_000
/** Of a broker's log in one turn, a MiB each: the others, and the requests of clients, come between. */
const partsMax = 2
const noteName = 'log-delivery.json'

interface BrokerLogsOptions extends Omit<DestinationsContext, 'firehoses' | 'logGroups'> {
  clusters: Pick<Clusters, 'list'>
  clock: Clock
  random: Random
  logger: Logger
}

type Positions = Record<string, ServerLogPosition>

/**
 * Brings what brokers log to where their clusters' `loggingInfo` says, once a second, whatever runs them: each writes a
 * server.log of its own. How far it has come is noted in the cluster's directory, so that a service which was killed
 * goes on there; lines may then come twice. Where nothing is noted it begins with what server.log still holds.
 */
export class BrokerLogs {
  readonly groups: LogGroups
  readonly #options: BrokerLogsOptions
  readonly #context: DestinationsContext
  readonly #positions = new Map<string, Positions>()
  readonly #problems = new Map<string, readonly string[]>()
  #timer: Timer | null = null

  constructor(options: BrokerLogsOptions) {
    this.#options = options
    this.groups = new LogGroups(options)
    this.#context = { ...options, logGroups: this.groups, firehoses: new Map() }
  }

  /** Reads what is on disk, and begins to look. */
  load(): void {
    this.groups.load()
    this.#wait()
  }

  #wait(): void {
    this.#timer = this.#options.clock.schedule(periodMs, () => {
      this.#deliver()
      this.#wait()
    })
  }

  /** What brokers have said to their end goes out too. */
  stop(): void {
    this.#timer?.cancel()
    this.#deliver()
  }

  /** What of a cluster's logs is lost at present, and why. */
  problems(uuid: string): readonly string[] {
    return this.#problems.get(uuid) ?? []
  }

  #deliver(): void {
    const records = this.#options.clusters.list()
    for (const record of records) {
      const destinations = destinationsOf(record, this.#context)
      if (destinations.length > 0 && record.state !== 'DELETING') this.#deliverOf(record, destinations)
      else this.#forget(record.uuid)
    }
    for (const uuid of [...this.#positions.keys()].filter(
      (one) => !records.some((record) => record.uuid === one),
    ))
      this.#positions.delete(uuid)
  }

  #deliverOf(record: ClusterRecord, destinations: readonly Destination[]): void {
    const { disk, logger } = this.#options
    const directory = this.#directoryOf(record.uuid)
    if (!disk.existsSync(directory)) return
    const positions = this.#positionsOf(record.uuid)
    const problems = new Set<string>()
    try {
      let hasNews = false
      for (const { name } of disk.readdirSync(directory)) {
        const broker = /^broker-(\d+)$/.exec(name)?.[1]
        if (broker === undefined) continue
        const found = this.#deliverBroker(
          { record, broker, logs: join(directory, name, 'logs') },
          destinations,
        )
        hasNews ||= found !== null
        for (const problem of found ?? this.problems(record.uuid)) problems.add(problem)
      }
      this.#problems.set(record.uuid, [...problems])
      if (hasNews)
        disk.writeFileAtomicSync(join(directory, noteName), `${JSON.stringify(positions)}\n`, {
          durable: false,
        })
    } catch (error) {
      // A disk that is full, say: the brokers' own files still hold it, and the next turn tries again.
      logger.warn('broker logs could not be delivered', { cluster: record.name, error })
    }
  }

  /** Why some of it is lost; null where there was nothing to bring. */
  #deliverBroker(
    { record, broker, logs }: { record: ClusterRecord; broker: string; logs: string },
    destinations: readonly Destination[],
  ): string[] | null {
    const { disk, clock } = this.#options
    const positions = this.#positionsOf(record.uuid)
    const problems: string[] = []
    for (let parts = 0; parts < partsMax; parts++) {
      const part = readServerLog(disk, logs, positions[broker])
      if (!part) return parts === 0 ? null : problems
      const nowMs = clock.now()
      const events = logEntries(part.text, nowMs)
      for (const destination of destinations) {
        const problem = destination({ record, broker: Number(broker), events, nowMs })
        if (problem !== null) problems.push(problem)
      }
      positions[broker] = part.position
    }
    return problems
  }

  /** Whoever wants them again begins with what is there then. */
  #forget(uuid: string): void {
    if (!this.#positions.delete(uuid) && !this.#problems.has(uuid)) return
    this.#problems.delete(uuid)
    this.#options.disk.removeSync(join(this.#directoryOf(uuid), noteName))
  }

  #positionsOf(uuid: string): Positions {
    const known = this.#positions.get(uuid)
    if (known) return known
    const positions = this.#readNote(uuid)
    this.#positions.set(uuid, positions)
    return positions
  }

  #readNote(uuid: string): Positions {
    const { disk } = this.#options
    const path = join(this.#directoryOf(uuid), noteName)
    if (!disk.existsSync(path)) return {}
    try {
      return JSON.parse(disk.readFileSync(path).toString()) as Positions
    } catch {
      // Cut short by a power cut: what server.log still holds comes once more.
      return {}
    }
  }

  #directoryOf(uuid: string): string {
    return join(this.#options.dataDirectory, 'clusters', uuid)
  }
}
