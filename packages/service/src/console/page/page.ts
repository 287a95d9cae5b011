import type { Api } from './api.ts'
import type { StreamSummary } from './kinesis/kinesis.ts'
import type { Facts } from './session.ts'

/** What every page is given. */
export interface Context {
  readonly api: Api
  readonly facts: Facts
  /** Is told of what went wrong: where it is about the key, another one is asked for. */
  readonly onRefused: (error: unknown) => void
}

/** What is shown between the header and the end of the window. */
export interface Page {
  readonly title: string
  readonly element: HTMLElement
  /** Ends all that it does in time. */
  end(): void
}

/** A part of the page of a thing, a stream unless it says otherwise, which is told of it whenever it is asked for anew. */
export interface Tab<Thing = StreamSummary> {
  readonly element: HTMLElement
  /** A promise is waited for before it is told again. */
  update(thing: Thing): void | Promise<void>
  end(): void
}

export interface TabContext extends Context {
  readonly name: string
  readonly query: URLSearchParams
  /** Has the thing asked for at once. */
  readonly refresh: () => void
}
