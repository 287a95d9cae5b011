import type { Clock, Logger, Timer, TlsServerOptions } from '@sluice/effects'
import { type BoundListener, isEncrypted } from './listeners.ts'

/** A certificate that was renewed in its file is shown to new connections after this time at the latest. */
const checkIntervalMs = 60_000

/** Looks at the files of listeners' certificates, so that one that is renewed needs no new start. */
export class CertificateWatch {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #tlsOf: (listener: BoundListener) => TlsServerOptions
  #shown: { listener: BoundListener; certificates: string; authorities: string }[] = []
  #timer: Timer | null = null

  constructor(options: {
    clock: Clock
    logger: Logger
    /** Reads them anew; throws where they cannot be read. */
    tlsOf: (listener: BoundListener) => TlsServerOptions
  }) {
    this.#clock = options.clock
    this.#logger = options.logger
    this.#tlsOf = options.tlsOf
  }

  watch(listeners: readonly BoundListener[]): void {
    this.#shown = listeners.filter(isEncrypted).map((listener) => {
      const { certificates, authorities } = this.#tlsOf(listener).credentials
      return { listener, certificates, authorities }
    })
    if (this.#shown.length > 0) this.#wait()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #wait(): void {
    this.#timer = this.#clock.schedule(checkIntervalMs, () => {
      for (const one of this.#shown) this.#look(one)
      this.#wait()
    })
  }

  /** Half of a file that is being written, or one that is away, leaves what is shown as it is. */
  #look(one: { listener: BoundListener; certificates: string; authorities: string }): void {
    const { listener } = one
    try {
      const { credentials } = this.#tlsOf(listener)
      const { certificates, authorities } = credentials
      if (certificates === one.certificates && authorities === one.authorities) return
      listener.listener.renew(credentials)
      Object.assign(one, { certificates, authorities })
      this.#logger.info('shows another certificate from now on', { listener: listener.name })
    } catch (error) {
      this.#logger.error('cannot take up another certificate', { listener: listener.name, error })
    }
  }
}
