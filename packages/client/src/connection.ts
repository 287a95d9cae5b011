import {
  type Clock,
  type ConnectOptions,
  Deferred,
  type Network,
  type Socket,
  type SocketHandler,
  type Timer,
} from '@sluice/effects'
import {
  type Api,
  ApiVersions,
  DecodeError,
  decodeResponseHeader,
  encodeRequestFrame,
  ErrorCode,
  type Input,
  Reader,
  type ResponseOf,
} from '@sluice/wire'
import { ConnectionClosedError, UnsupportedVersionError } from './errors.ts'
import { FrameReader } from './frame-reader.ts'
import { version as sluiceVersion } from './version.ts'

interface ConnectionOptions {
  network: Network
  host: string
  port: number
  /** Of an encrypted listener. */
  tls?: ConnectOptions['tls']
  clientId?: string | null
  /** Default: 128 MB. */
  responseBytesMax?: number
  /** With both, a request without an answer in time closes the connection (the answers after it are late too). */
  clock?: Clock
  requestTimeoutMs?: number
  /** What an answer leaves uncopied (records) is dead with the next request: for those with one in flight at a time. */
  reusesAnswers?: boolean
}

const responseBytesMaxDefault = 128 * 1024 * 1024
const receiveBufferBytes = 64 * 1024
const softwareName = 'sluice-client'

interface Pending {
  /** Null for raw bytes: whatever comes next answers them. */
  correlationId: number | null
  timer: Timer | null
  resolve(frame: Buffer): void
  reject(error: Error): void
}

/**
 * One connection to a broker. Requests may be in flight together; answers come in their order. A connection that
 * fails rejects what waits and stays closed: whoever wants another opens one.
 */
export class Connection {
  readonly host: string
  readonly port: number
  /** Resolves when the connection is gone, with the reason if there is one. */
  readonly closed: Promise<Error | undefined>
  readonly #options: ConnectionOptions
  readonly #closed = new Deferred<Error | undefined>()
  readonly #pending: Pending[] = []
  #socket!: Socket
  #isClosed = false
  #reason: Error | undefined
  #nextCorrelationId = 1
  #apiVersions: ResponseOf<typeof ApiVersions> | null = null

  private constructor(options: ConnectionOptions) {
    this.#options = options
    this.host = options.host
    this.port = options.port
    this.closed = this.#closed.promise
  }

  /** Rejects with the system's error (ECONNREFUSED, …) where nothing listens. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options)
    const { host, port, tls } = options
    await options.network.connect({ host, port, ...(tls && { tls }) }, (socket) => {
      connection.#socket = socket
      return connection.#handler()
    })
    return connection
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get localAddress(): { host: string; port: number } {
    return { host: this.#socket.localAddress, port: this.#socket.localPort }
  }

  /** Sends a request in this very version and gives its response. */
  async send<Request, Response>(
    api: Api<Request, Response>,
    version: number,
    request: Input<Request>,
  ): Promise<Response> {
    const correlationId = this.#correlationId()
    const frame = encodeRequestFrame(api, version, correlationId, this.#clientId, request)
    const reader = new Reader(await this.#exchange(frame, correlationId))
    decodeResponseHeader(reader, api.responseHeaderVersion(version))
    const response = api.response.decode(reader, version)
    if (reader.remaining > 0)
      throw new DecodeError(`${reader.remaining} bytes behind a ${api.name} ${version} response`)
    return response
  }

  /** For what has no answer: Produce with acks=0. */
  sendWithoutAnswer<Request>(api: Api<Request>, version: number, request: Input<Request>): void {
    this.#checkOpen()
    this.#socket.write(encodeRequestFrame(api, version, this.#correlationId(), this.#clientId, request))
  }

  /** The same in the newest version that both sides have; asks for the broker's versions at first use. */
  async request<Request, Response>(api: Api<Request, Response>, request: Input<Request>): Promise<Response> {
    return this.send(api, await this.versionFor(api), request)
  }

  /** The newest stable version of `api` that both sides have. */
  async versionFor(api: Api): Promise<number> {
    const { apiKeys } = await this.negotiate()
    const theirs = apiKeys.find(({ apiKey }) => apiKey === api.apiKey)
    const version = Math.min(api.maxStableVersion, theirs?.maxVersion ?? -1)
    if (version < Math.max(api.minVersion, theirs?.minVersion ?? 0))
      throw new UnsupportedVersionError(
        `${this.host}:${this.port} and this client share no version of ${api.name}`,
      )
    return version
  }

  /** What the broker serves; asked once. */
  async negotiate(): Promise<ResponseOf<typeof ApiVersions>> {
    this.#apiVersions ??= await this.#askForVersions(ApiVersions.maxStableVersion)
    return this.#apiVersions
  }

  /** Raw bytes, size included, answered by the next frame that comes (without its size). For tests of frames. */
  sendFrame(frame: Buffer): Promise<Buffer> {
    return this.#exchange(frame, null)
  }

  /** Rejects what still waits. */
  async close(): Promise<void> {
    if (!this.#isClosed) this.#socket.destroy()
    this.#fail(undefined)
    await this.closed
  }

  get #clientId(): string | null {
    return this.#options.clientId ?? null
  }

  #correlationId(): number {
    const id = this.#nextCorrelationId
    this.#nextCorrelationId = id === 0x7fffffff ? 0 : id + 1
    return id
  }

  /**
   * A broker that does not know our version answers error 35 in the form of version 0, and lists the versions of
   * ApiVersions that it has (KIP-511); before that KIP it lists none, and version 0 is what it has.
   */
  async #askForVersions(version: number): Promise<ResponseOf<typeof ApiVersions>> {
    const correlationId = this.#correlationId()
    const request = { clientSoftwareName: softwareName, clientSoftwareVersion: sluiceVersion }
    const frame = encodeRequestFrame(ApiVersions, version, correlationId, this.#clientId, request)
    const reader = new Reader(await this.#exchange(frame, correlationId))
    decodeResponseHeader(reader, ApiVersions.responseHeaderVersion(version))
    const bodyAt = reader.position
    const errorCode = reader.int16()
    reader.position = bodyAt
    if (errorCode !== ErrorCode.UNSUPPORTED_VERSION || version === 0)
      return ApiVersions.response.decode(reader, version)
    const { apiKeys } = ApiVersions.response.decode(reader, 0)
    const theirs = apiKeys.find(({ apiKey }) => apiKey === ApiVersions.apiKey)?.maxVersion ?? 0
    return this.#askForVersions(Math.min(theirs, version - 1))
  }

  #exchange(frame: Buffer, correlationId: number | null): Promise<Buffer> {
    this.#checkOpen()
    const { clock, requestTimeoutMs } = this.#options
    const { promise, resolve, reject } = new Deferred<Buffer>()
    const timer =
      clock && requestTimeoutMs !== undefined
        ? clock.schedule(requestTimeoutMs, () => this.#abort(`no answer within ${requestTimeoutMs} ms`))
        : null
    this.#pending.push({ correlationId, timer, resolve, reject })
    this.#socket.write(frame)
    return promise
  }

  #checkOpen(): void {
    if (this.#isClosed) throw this.#closedError()
  }

  #handler(): SocketHandler {
    const receiveBuffer = new Uint8Array(receiveBufferBytes)
    const bytesMax = this.#options.responseBytesMax ?? responseBytesMaxDefault
    const reusesFrames = this.#options.reusesAnswers ?? false
    const frames = new FrameReader(bytesMax, (frame) => this.#answer(frame), { reusesFrames })
    let room: Uint8Array | null = null
    return {
      receiveBuffer: () => (room = frames.room) ?? receiveBuffer,
      onRead: (length) => {
        try {
          if (room) frames.filled(length)
          else frames.push(receiveBuffer.subarray(0, length))
        } catch (error) {
          this.#abort((error as Error).message)
        }
      },
      onDrain: () => {},
      onClose: (error) => this.#fail(error),
    }
  }

  #answer(frame: Buffer): void {
    if (this.#isClosed) return
    const pending = this.#pending.shift()
    if (!pending) return this.#abort('an answer to nothing')
    pending.timer?.cancel()
    const correlationId = frame.readInt32BE(0)
    if (pending.correlationId !== null && pending.correlationId !== correlationId) {
      this.#pending.unshift(pending)
      return this.#abort(`an answer to ${correlationId}, expected one to ${pending.correlationId}`)
    }
    pending.resolve(frame)
  }

  #abort(reason: string): void {
    this.#socket.destroy()
    this.#fail(new Error(reason))
  }

  #fail(reason: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#reason = reason
    for (const pending of this.#pending.splice(0)) {
      pending.timer?.cancel()
      pending.reject(this.#closedError())
    }
    this.#closed.resolve(reason)
  }

  #closedError(): ConnectionClosedError {
    const why = this.#reason ? `: ${this.#reason.message}` : ''
    return new ConnectionClosedError(`the connection to ${this.host}:${this.port} is closed${why}`)
  }
}

/** Opens a connection for one purpose and closes it, whatever comes of it. */
export async function withConnection<Answer>(
  options: ConnectionOptions,
  use: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const connection = await Connection.open(options)
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}
