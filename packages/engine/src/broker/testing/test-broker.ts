import { Connection } from '@sluice/client'
import { MemoryNetwork, seededRandom, silentLogger } from '@sluice/effects'
import type { ClusterLimits } from '../../metadata/cluster-limits.ts'
import type { Authorizer } from '../../authorizer/permissions.ts'
import { clusterId, TestController } from '../../controller/testing/test-controller.ts'
import { InlineFeeds } from '../../replication/inline-feeds.ts'
import { Broker } from '../broker.ts'
import type { ListenerOptions } from '../../server/listeners.ts'

export const plaintextListener: ListenerOptions = {
  name: 'CLIENT',
  protocol: 'PLAINTEXT',
  host: '127.0.0.1',
  port: 9092,
}

/** One broker and its controller, on a disk, a network and a clock in memory. */
export class TestBroker {
  readonly controller: TestController
  readonly network = new MemoryNetwork()
  readonly failures: Error[] = []
  /** One for all starts, so that each is an incarnation of its own. */
  readonly #random = seededRandom(11)
  readonly #connections: Connection[] = []
  #broker: Broker | null = null

  readonly #authorizer: Authorizer | undefined

  constructor(
    properties: Record<string, string> = {},
    { authorizer, limits }: { authorizer?: Authorizer; limits?: ClusterLimits } = {},
  ) {
    this.#authorizer = authorizer
    this.controller = new TestController({
      properties: { 'default.replication.factor': '1', ...properties },
      ...(limits && { limits }),
    })
  }

  get broker(): Broker {
    if (!this.#broker) throw new Error('the broker has not started')
    return this.#broker
  }

  async open(listeners: ListenerOptions[] = [plaintextListener]): Promise<this> {
    await this.controller.open()
    await this.start(listeners)
    return this
  }

  async start(listeners: ListenerOptions[] = [plaintextListener]): Promise<Broker> {
    this.#broker = await Broker.start({
      nodeId: 1,
      rack: 'use1-az1',
      clusterId,
      directory: '/broker-1',
      listeners,
      properties: this.controller.properties,
      controller: this.controller.channel,
      feeds: new InlineFeeds(),
      clock: this.controller.clock,
      disk: this.controller.disk,
      network: this.network,
      random: this.#random,
      logger: silentLogger,
      authorizer: this.#authorizer,
      limits: this.controller.limits,
      signal: new AbortController().signal,
      onFailure: (failure) => void this.failures.push(failure),
    })
    return this.#broker
  }

  async connect(port = plaintextListener.port): Promise<Connection> {
    const connection = await Connection.open({ network: this.network, host: '127.0.0.1', port })
    this.#connections.push(connection)
    return connection
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) await connection.close()
    await this.#broker?.stop({ clean: true })
    await this.controller.close()
  }
}
