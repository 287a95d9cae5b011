import { createTopic } from '@sluice/client'
import type { Cluster } from '@sluice/engine'
import type { ClientConfigs, ClientName, KafkaServer, TopicOptions } from './api.ts'
import { clientConfigs, isClientName } from './client-configs.ts'
import type { Inside } from './inside.ts'
import { clientListener } from './nodes.ts'
import { KafkaServerError } from './server-error.ts'
import type { World } from './world.ts'

interface LiveServerParts {
  readonly world: World
  readonly cluster: Cluster
  readonly properties: Readonly<Record<string, string>>
  readonly inside: Inside
}

/** A server as a test holds it. */
export class LiveServer implements KafkaServer {
  readonly #parts: LiveServerParts
  #stopping: Promise<void> | null = null

  constructor(parts: LiveServerParts) {
    this.#parts = parts
  }

  get brokers(): readonly string[] {
    this.#checkRunning('brokers')
    return this.#parts.cluster.brokers.flatMap(({ listeners }) =>
      listeners.filter(({ name }) => name === clientListener).map(({ host, port }) => `${host}:${port}`),
    )
  }

  get bootstrap(): string {
    return this.brokers.join(',')
  }

  clientConfig<Name extends ClientName>(client: Name): ClientConfigs[Name] {
    const configs = clientConfigs(this.brokers)
    if (!isClientName(client, configs))
      throw new KafkaServerError(`clientConfig knows no client "${String(client)}".`, {
        code: 'CLIENT',
        why: `It knows ${Object.keys(configs).join(', ')}.`,
        next: 'Name one of them, or give your client kafka.bootstrap.',
      })
    return configs[client]
  }

  async createTopics(topics: Readonly<Record<string, TopicOptions | number>>): Promise<void> {
    const connection = await this.#parts.inside.any()
    const all = Object.entries(topics).map(([name, given]) => {
      const options = typeof given === 'number' ? { partitions: given } : given
      return createTopic(connection, name, options)
    })
    await Promise.all(all)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    await this.#parts.inside.close()
    await this.#parts.cluster.stop()
  }

  #checkRunning(what: string): void {
    if (this.#stopping)
      throw new KafkaServerError(`This server is stopped, and has no ${what} any more.`, {
        code: 'STOPPED',
        why: 'stop() was called, or the block of its `await using` has ended.',
        next: 'Use it before, or start another with KafkaServer.start().',
      })
  }
}
