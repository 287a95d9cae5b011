/** TCP as the code sees it. */
export interface Network {
  /** Resolves when bound; rejects with EADDRINUSE, EACCES, … Port 0 takes any free one. */
  listen(options: ListenOptions, accept: Accept): Promise<Listener>
  /** Rejects with ECONNREFUSED, … */
  connect(options: ConnectOptions, handler: (socket: Socket) => SocketHandler): Promise<Socket>
}

export interface ListenOptions {
  host: string
  port: number
  /** All connections are encrypted (TLS 1.2 or 1.3). */
  tls?: TlsServerOptions
}

export interface ConnectOptions {
  host: string
  port: number
  /** Rejects with the TLS library's error where the server does not prove that it is `host`. */
  tls?: TlsClientOptions
}

/** Who this side is, and whom it believes. */
export interface TlsCredentials {
  /** The private key, PEM. */
  key: string
  /** Of a key that is encrypted. */
  passphrase?: string
  /** The certificate and those that stand between it and its authority, PEM. */
  certificates: string
  /** Authorities that may vouch for the other side, PEM; none: nobody can. */
  authorities: string
  /** Lists of certificates that they have revoked, PEM. */
  revocations?: string[]
}

export interface TlsServerOptions {
  credentials: TlsCredentials
  /** `required`: who has none of these authorities is refused; `requested`: and is let in where none is shown. */
  clientCertificate: 'none' | 'requested' | 'required'
  /** A handshake that has not ended so long after it began ends the connection, ms. */
  handshakeMsMax: number
}

/** Without a key and a certificate this side does not say who it is. */
type TlsClientOptions = Pick<TlsCredentials, 'authorities'> & Partial<TlsCredentials>

/** Why a connection has closed that was to be encrypted: bytes that are no TLS, a certificate of a stranger, or too late. */
export class HandshakeFailure extends Error {
  override name = 'HandshakeFailure'
  /** It has gone by itself without a byte: whoever asks only whether a port is open does that. */
  readonly isSilent: boolean

  /** `cause`: undefined where the other side has gone. */
  constructor(cause: Error | undefined, { hasSpoken }: { hasSpoken: boolean }) {
    super(cause?.message ?? 'it has gone before the handshake was over', { cause })
    this.isSilent = cause === undefined && !hasSpoken
  }
}

/**
 * Whoever accepts may pause the socket at once: then nothing is read of it, and no handshake begins, until it is resumed.
 */
export type Accept = (socket: Socket) => SocketHandler

export interface Listener {
  readonly host: string
  readonly port: number
  /** Of a listener with TLS: handshakes that begin from now on are held with these. */
  renew(credentials: TlsCredentials): void
  /** Stops accepting. Open sockets stay: their owner closes them. */
  close(): Promise<void>
}

export interface Socket {
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  /**
   * Whom the certificate names that the other side has proved to have, by a line an attribute, as OpenSSL escapes them
   * (RFC 2253): `O=Acme`, `CN=alice`; null without one. Known from the first `onRead` on.
   */
  readonly peerSubject: string | null
  /**
   * Queues the bytes. The caller leaves them alone as long as there are `borrowedBytes`. Returns false when the queue is
   * full: wait for `onDrain` before writing more.
   */
  write(data: Uint8Array): boolean
  /** A write has returned false, and its `onDrain` is still to come. Of a queue that was never full nobody hears when it is empty. */
  readonly isFull: boolean
  /** Bytes queued and not yet handed to the kernel. */
  readonly queuedBytes: number
  /** Those of them that are read yet from where they were when they were written: what is encrypted is a copy. */
  readonly borrowedBytes: number
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
