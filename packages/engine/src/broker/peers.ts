import { Connection } from '@sluice/client'
import type { Clock, Disk, Network } from '@sluice/effects'
import type { Api, Input, RequestOf, ResponseOf } from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { securityProtocolId } from '../metadata/security-protocol.ts'
import { clientTls } from '../server/listener-tls.ts'

/** What a connection to another broker is made with. */
interface PeerSurroundings {
  readonly network: Network
  readonly disk: Disk
  readonly clock: Clock
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
}

interface PeerOptions {
  readonly clientId: string
  readonly requestTimeoutMs: number
  readonly reusesAnswers?: boolean
}

/** To another broker, by the listener that is for brokers. */
export async function connectToPeer(
  brokerId: number,
  { network, disk, clock, config, metadata }: PeerSurroundings,
  options: PeerOptions,
): Promise<Connection> {
  const endpoints = metadata.broker(brokerId)?.endpoints ?? []
  const listener = config.value('inter.broker.listener.name')
  const endpoint = endpoints.find(({ name }) => name === listener) ?? endpoints[0]
  if (!endpoint) throw new Error(`broker ${brokerId} has no address`)
  const isEncrypted = endpoint.securityProtocol === securityProtocolId.SSL
  return Connection.open({
    network,
    host: endpoint.host,
    port: endpoint.port,
    ...(isEncrypted && { tls: clientTls(endpoint.name, config, disk) }),
    clock,
    ...options,
  })
}

/** Requests that this broker has for others, over a connection to each. */
export class Peers {
  readonly #surroundings: PeerSurroundings
  readonly #clientId: string
  readonly #connections = new Map<number, Promise<Connection>>()
  #isClosed = false

  constructor(surroundings: PeerSurroundings & { readonly nodeId: number }) {
    this.#surroundings = surroundings
    this.#clientId = `broker-${surroundings.nodeId}-transactions`
  }

  /** Rejects where the broker cannot be reached, or does not answer. */
  async request<A extends Api>(
    brokerId: number,
    api: A,
    version: number,
    request: Input<RequestOf<A>>,
  ): Promise<ResponseOf<A>> {
    const connection = await this.#connection(brokerId)
    return (await connection.send(api, version, request)) as ResponseOf<A>
  }

  close(): void {
    this.#isClosed = true
    for (const brokerId of this.#connections.keys()) this.forgetBroker(brokerId)
  }

  async #connection(brokerId: number): Promise<Connection> {
    const known = await this.#connections.get(brokerId)?.catch(() => undefined)
    if (known && !known.isClosed) return known
    if (this.#isClosed) throw new Error('this broker stops')
    const opening = connectToPeer(brokerId, this.#surroundings, {
      clientId: this.#clientId,
      requestTimeoutMs: this.#surroundings.config.int('request.timeout.ms'),
    })
    this.#connections.set(brokerId, opening)
    const connection = await opening
    if (this.#isClosed) await connection.close()
    return connection
  }

  /** The broker is registered no more. */
  forgetBroker(brokerId: number): void {
    const opening = this.#connections.get(brokerId)
    this.#connections.delete(brokerId)
    void opening?.then(
      (connection) => connection.close(),
      () => {},
    )
  }
}
