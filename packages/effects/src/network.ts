/** TCP as the code sees it. */
export interface Network {
  /** Resolves when bound; rejects with EADDRINUSE, EACCES, … Port 0 takes any free one. */
  listen(options: ListenOptions, accept: Accept): Promise<Listener>
  /** Rejects with ECONNREFUSED, … */
  connect(
    options: { host: string; port: number },
    handler: (socket: Socket) => SocketHandler,
  ): Promise<Socket>
}

export interface ListenOptions {
  host: string
  port: number
}

export type Accept = (socket: Socket) => SocketHandler

export interface Listener {
  readonly host: string
  readonly port: number
  /** Stops accepting. Open sockets stay: their owner closes them. */
  close(): Promise<void>
}

export interface Socket {
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  /**
   * Queues the bytes; they may be kept until sent, so the caller leaves them alone. Returns false when the
   * queue is full: wait for `onDrain` before writing more.
   */
  write(data: Uint8Array): boolean
  /** Between `cork` and `uncork` writes are gathered into one system call. Nests. */
  cork(): void
  uncork(): void
  /** Bytes queued and not yet handed to the kernel. */
  readonly queuedBytes: number
  /** No `onRead` after this until `resume`. */
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  /** Closes at once. */
  destroy(): void
}

/**
 * The owner of a socket. It gives the buffer that the next read fills, so that one receive buffer serves a
 * connection for its life; `onRead` tells how much came. The buffer is asked for at the start and right after each
 * `onRead`, so that much may happen before it is filled. No call after `onClose`.
 */
export interface SocketHandler {
  receiveBuffer(): Uint8Array
  onRead(length: number): void
  onDrain(): void
  /** The other side has sent its last byte. Without this method the socket is closed at once. */
  onEnd?(): void
  onClose(error?: Error): void
}
