import { Connection } from '@sluice/client'
import type { Clock, ConnectOptions, Network } from '@sluice/effects'
import type { Api, Input, RequestOf, ResponseOf } from '@sluice/wire'

export interface ControllerAddress {
  readonly host: string
  readonly port: number
}

interface ControllerLinkOptions {
  readonly network: Network
  readonly clock: Clock
  readonly controller: ControllerAddress
  readonly tls?: (() => ConnectOptions['tls']) | undefined
  readonly clientId: string
  readonly requestTimeoutMs: number
}

/** One connection to the controller, opened when it is needed, and anew after it has gone. */
export class ControllerLink {
  readonly #options: ControllerLinkOptions
  #connection: Promise<Connection> | null = null
  #closed = false

  constructor(options: ControllerLinkOptions) {
    this.#options = options
  }

  /** Rejects where the controller cannot be reached, or has gone before it has answered. */
  async send<A extends Api>(api: A, version: number, request: Input<RequestOf<A>>): Promise<ResponseOf<A>> {
    const connection = await this.#connected()
    return connection.send(api, version, request)
  }

  close(): void {
    this.#closed = true
    this.#connection?.then((connection) => connection.close()).catch(() => {})
    this.#connection = null
  }

  /** All that is asked while it is opened waits for the same one. */
  async #connected(): Promise<Connection> {
    for (;;) {
      if (this.#closed) throw new Error('this way to the controller is closed')
      const opening = (this.#connection ??= this.#open())
      const connection = await opening.catch((error: unknown) => {
        this.#forget(opening)
        throw error
      })
      if (!connection.isClosed) return connection
      this.#forget(opening)
    }
  }

  #forget(connection: Promise<Connection>): void {
    if (this.#connection === connection) this.#connection = null
  }

  async #open(): Promise<Connection> {
    const { controller, tls, ...options } = this.#options
    const { host, port } = controller
    const connection = await Connection.open({ ...options, host, port, tls: tls?.() })
    if (this.#closed) await connection.close()
    return connection
  }
}
