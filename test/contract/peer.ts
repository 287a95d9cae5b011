import { type Socket, connect } from 'node:net'
import { type Api, decodeResponseHeader, encodeRequestFrame, type Input, Reader } from '@sluice/wire'
import { closedAnswer, recorder } from '../oracle/recording.ts'

/**
 * A client that stands as close to the bytes as a test wants: whole requests by schema, or any bytes at all. Only
 * the schemas are shared with the broker under test.
 */
export class Peer {
  #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #correlationId = 0
  #waiting: { resolve: (frame: Buffer) => void; reject: (error: Error) => void }[] = []
  #frames: Buffer[] = []
  /** Resolves when the broker has closed the connection. */
  readonly closed: Promise<void>
  isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (data) => this.#take(data))
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true
        for (const { reject } of this.#waiting.splice(0))
          reject(new Error('the broker closed the connection'))
        resolve()
      })
    })
  }

  static open(bootstrap: { host: string; port: number }): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...bootstrap, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Peer(socket))
      })
    })
  }

  /** Sends the request and decodes its answer. Requests may overlap; answers come in order. */
  async send<Request, Response>(
    api: Api<Request, Response>,
    version: number,
    request: Input<Request>,
  ): Promise<Response> {
    const correlationId = ++this.#correlationId
    const bytes = encodeRequestFrame(api, version, correlationId, 'contract', request)
    const answer = recorder.sent(this, api.name, version, request)
    let frame: Buffer
    try {
      frame = await this.exchange(bytes)
    } catch (error) {
      answer(closedAnswer)
      throw error
    }
    const reader = new Reader(frame)
    const answered = decodeResponseHeader(reader, api.responseHeaderVersion(version))
    if (answered !== correlationId) throw new Error(`answer ${answered} to request ${correlationId}`)
    const response = api.response.decode(reader, version)
    if (reader.remaining !== 0) throw new Error(`${api.name} ${version}: ${reader.remaining} bytes left over`)
    answer(response)
    return response
  }

  /** Sends bytes as they are and gives the next frame that comes, without its size. */
  exchange(bytes: Uint8Array): Promise<Buffer> {
    this.write(bytes)
    return this.nextFrame()
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  nextFrame(): Promise<Buffer> {
    const frame = this.#frames.shift()
    if (frame) return Promise.resolve(frame)
    if (this.isClosed) return Promise.reject(new Error('the broker closed the connection'))
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data])
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0)
      if (this.#received.length < end) return
      const frame = this.#received.subarray(4, end)
      this.#received = this.#received.subarray(end)
      const waiting = this.#waiting.shift()
      if (waiting) waiting.resolve(frame)
      else this.#frames.push(frame)
    }
  }
}
