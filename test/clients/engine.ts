import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, startCluster } from '@sluice/engine'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'

const host = '127.0.0.1'

/** Groups form without waiting for members that never come. */
const properties = {
  'group.initial.rebalance.delay.ms': '0',
  // And members of the consumer protocol ask soon what there is for them.
  'group.consumer.assignment.interval.ms': '0',
  'group.consumer.min.heartbeat.interval.ms': '50',
  'group.consumer.heartbeat.interval.ms': '50',
  'offsets.topic.num.partitions': '4',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '3',
  'auto.create.topics.enable': 'true',
  'num.partitions': '3',
}

/** The embedded engine for clients of other people: over real sockets, on a real disk. */
export class TestEngine {
  readonly #directory = mkdtempSync(join(tmpdir(), 'sluice-clients-'))
  #cluster: Cluster | null = null
  #port = 0

  static async start(): Promise<TestEngine> {
    const engine = new TestEngine()
    await engine.#start()
    return engine
  }

  get bootstrap(): string {
    return `${host}:${this.#port}`
  }

  /** Stops the broker and starts it at the same address with what it has on disk. */
  async restart(): Promise<void> {
    await this.#cluster?.stop()
    await this.#start()
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    const listeners = [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: this.#port } as const]
    this.#cluster = await startCluster({
      directory: this.#directory,
      controller: { nodeId: 1000, host, port: 0 },
      brokers: [{ nodeId: 1, rack: 'zone-1', listeners }],
      properties,
      // The clients would only tell of a connection that is gone.
      onBrokerFailure: (_, failure) => console.error(failure),
      effects: {
        clock: systemClock(),
        disk: systemDisk(),
        network: systemNetwork(),
        random: systemRandom(),
        logger: silentLogger,
      },
    })
    this.#port = this.#cluster.brokers[0]?.listeners[0]?.port as number
  }
}

let names = 0

export function uniqueName(prefix: string): string {
  return `${prefix}-${++names}`
}

/** What comes in from a client's callbacks; a test waits for as much of it as it needs. */
export class Inbox<T> {
  readonly items: T[] = []
  readonly #waiters = new Set<() => void>()

  push(item: T): void {
    this.items.push(item)
    for (const check of this.#waiters) check()
  }

  /** Resolves when `enough` holds for what has come. */
  until(enough: (items: T[]) => boolean, withinMs = 15_000): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const settle = (fn: () => void) => {
        clearTimeout(timer)
        this.#waiters.delete(check)
        fn()
      }
      const check = () => enough(this.items) && settle(() => resolve(this.items))
      const late = () => new Error(`not within ${withinMs} ms; there are ${this.items.length} items`)
      const timer = setTimeout(() => settle(() => reject(late())), withinMs)
      this.#waiters.add(check)
      check()
    })
  }
}
