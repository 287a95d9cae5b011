import { type Clock, type ConnectOptions, isSystemError, type Network } from '@sluice/effects'
import { Connection } from './connection.ts'
import { ConnectionClosedError } from './errors.ts'
import { type ClientLogin, logIn } from './login/login.ts'
import { describeTopics } from './topics.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Ways to the brokers of a cluster. */
export interface BrokerAccess {
  /** To any that answers. */
  any(): Promise<Connection>
  to(nodeId: number): Promise<Connection>
}

interface BrokersOptions {
  readonly network: Network
  readonly clock: Clock
  /** The first of them that answers tells of the others. */
  readonly bootstrap: readonly Address[]
  readonly tls?: ConnectOptions['tls']
  readonly login?: ClientLogin
  readonly clientId: string
  readonly requestTimeoutMs: number
}

/** A cluster from outside: one connection to each broker, opened (and logged in) when it is first needed, or needed again. */
export class Brokers implements BrokerAccess {
  readonly #options: BrokersOptions
  readonly #connections = new Map<string, Promise<Connection>>()
  readonly #addresses = new Map<number, Address>()
  #isClosed = false

  constructor(options: BrokersOptions) {
    this.#options = options
  }

  /** Rejects with what the last of them has said. */
  async any(): Promise<Connection> {
    let refusal: unknown = new Error('no broker is known')
    for (const address of [...this.#options.bootstrap, ...this.#addresses.values()]) {
      try {
        return await this.#at(address)
      } catch (error) {
        refusal = error
      }
    }
    throw refusal
  }

  async to(nodeId: number): Promise<Connection> {
    // A broker that has moved is found again where its cluster says it is now.
    const address = this.#addresses.get(nodeId)
    const open = address && (await this.#at(address).catch(() => undefined))
    if (open) return open
    await this.refresh()
    const found = this.#addresses.get(nodeId)
    if (!found) throw new ConnectionClosedError(`the cluster has no broker ${nodeId} that runs`)
    try {
      return await this.#at(found)
    } catch (error) {
      if (!isSystemError(error)) throw error
      // Its cluster may not know yet that it is gone.
      throw new ConnectionClosedError(`broker ${nodeId} does not answer: ${error.message}`, { cause: error })
    }
  }

  /** Learns anew where the brokers are. */
  async refresh(): Promise<void> {
    const { brokers } = await describeTopics(await this.any(), [])
    this.#addresses.clear()
    for (const { nodeId, host, port } of brokers) this.#addresses.set(nodeId, { host, port })
  }

  /** For good: whoever still asks for a connection gets none. */
  async close(): Promise<void> {
    this.#isClosed = true
    const all = await Promise.allSettled(this.#connections.values())
    this.#connections.clear()
    for (const one of all) if (one.status === 'fulfilled') await one.value.close()
  }

  async #at(address: Address): Promise<Connection> {
    const key = `${address.host}:${address.port}`
    for (;;) {
      if (this.#isClosed) throw new Error('the client is closed')
      const known = this.#connections.get(key)
      // Nothing is awaited from here to the note: two that ask at once get the same one.
      if (!known) break
      const open = await known.catch(() => undefined)
      if (open && !open.isClosed) return open
      if (this.#connections.get(key) === known) this.#connections.delete(key)
    }
    const opening = this.#open(address)
    this.#connections.set(key, opening)
    // One that cannot be opened is no reason for the next not to be.
    opening.catch(() => {
      if (this.#connections.get(key) === opening) this.#connections.delete(key)
    })
    return opening
  }

  async #open({ host, port }: Address): Promise<Connection> {
    const { network, clock, tls, login, clientId, requestTimeoutMs } = this.#options
    const connection = await Connection.open({
      ...{ network, clock, host, port, clientId, requestTimeoutMs },
      ...(tls && { tls }),
    })
    try {
      if (login) await logIn(connection, login)
      return connection
    } catch (error) {
      await connection.close()
      throw error
    }
  }
}
