import { Tap, type TapFilter } from '@sluice/engine'
import type { Exchange, ExchangeFilter, Exchanges } from './api.ts'
import { checkApi } from './known-api.ts'
import { clientListener } from './nodes.ts'

/** Those that nobody has taken yet; the oldest go. */
const keptMax = 10_000

/** What clients ask and are answered, as whoever listens gets it. */
export class Taps {
  readonly tap = new Tap((listener) => listener === clientListener)
  readonly #open = new Set<OpenTap>()

  open(filter: ExchangeFilter = {}): Exchanges {
    const { api, clientId } = filter
    checkApi(api)
    const wanted: TapFilter = {
      ...(api !== undefined && { api }),
      ...(clientId !== undefined && { clientId }),
    }
    const opened = new OpenTap((hear) => this.tap.listen(wanted, hear))
    this.#open.add(opened)
    return opened
  }

  /** Nobody hears any more: loops over what was heard end. */
  close(): void {
    for (const opened of this.#open) void opened.return()
    this.#open.clear()
  }
}

class OpenTap implements Exchanges {
  readonly #stop: () => void
  #heard: Exchange[] = []
  #waiting: ((result: IteratorResult<Exchange, undefined>) => void)[] = []
  #isClosed = false

  constructor(listen: (hear: (exchange: Exchange) => void) => () => void) {
    this.#stop = listen((exchange) => this.#hear(exchange))
  }

  #hear(exchange: Exchange): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting({ done: false, value: exchange })
    else if (this.#heard.push(exchange) > keptMax) this.#heard.shift()
  }

  next(): Promise<IteratorResult<Exchange, undefined>> {
    const value = this.#heard.shift()
    if (value) return Promise.resolve({ done: false, value })
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  return(): Promise<IteratorResult<Exchange, undefined>> {
    this.#stop()
    this.#isClosed = true
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined })
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
