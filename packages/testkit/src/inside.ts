import { Connection } from '@sluice/client'
import type { Cluster } from '@sluice/engine'
import { insideListener } from './nodes.ts'
import { KafkaServerError } from './server-error.ts'
import { insideHost, type World } from './world.ts'

/** The client id of this library's own requests. */
const insideClientId = 'sluice-testing'

/** The server's own way to its brokers: one connection each, opened when it is first needed. */
export class Inside {
  readonly #world: World
  readonly #cluster: () => Cluster
  readonly #connections = new Map<number, Promise<Connection>>()

  constructor(world: World, cluster: () => Cluster) {
    this.#world = world
    this.#cluster = cluster
  }

  /** To this broker. */
  async to(nodeId: number): Promise<Connection> {
    const open = await this.#connections.get(nodeId)
    if (open && !open.isClosed) return open
    const opening = this.#open(nodeId)
    this.#connections.set(nodeId, opening)
    // One that cannot be opened is no reason for the next not to be.
    opening.catch(() => this.#connections.delete(nodeId))
    return opening
  }

  /** To any broker that runs. */
  async any(): Promise<Connection> {
    const broker = this.#cluster().brokers.find(({ state }) => state === 'running')
    if (!broker)
      throw new KafkaServerError('No broker of this server runs.', {
        code: 'NO_BROKER',
        why: 'Each of them has been stopped or killed.',
        next: 'Start one with kafka.broker(n).start().',
      })
    return this.to(broker.nodeId)
  }

  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#connections.values())
    this.#connections.clear()
    for (const result of all) if (result.status === 'fulfilled') await result.value.close()
  }

  async #open(nodeId: number): Promise<Connection> {
    const broker = this.#cluster().brokers.find((one) => one.nodeId === nodeId)
    const listener = broker?.listeners.find(({ name }) => name === insideListener)
    if (!listener)
      throw new KafkaServerError(`Broker ${nodeId} does not run.`, {
        code: 'BROKER_DOWN',
        why: 'It has been stopped or killed.',
        next: `Start it with kafka.broker(${nodeId}).start().`,
      })
    const { network } = this.#world
    return Connection.open({ network, host: insideHost, port: listener.port, clientId: insideClientId })
  }
}
