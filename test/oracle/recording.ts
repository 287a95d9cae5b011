import { AsyncLocalStorage } from 'node:async_hooks'
import { appendFileSync } from 'node:fs'
import { Normaliser } from './normaliser.ts'

// What a broker answered, test by test, for a comparison of two brokers that ran the same tests. Tests know nothing
// of it: their peers tell of each exchange, record.setup.ts tells when a test begins and ends.

/** One line of a recording: a test that has passed. */
export interface RecordedTest {
  /** Relative to the repository. */
  file: string
  test: string
  exchanges: RecordedExchange[]
}

export interface RecordedExchange {
  /** Which connection, numbered by first use in the test: between connections the order is chance. */
  connection: number
  api: string
  version: number
  /** The decoded answer, normalised; `closed` when the broker closed the connection instead. */
  response: unknown
}

/** A part of a test that may be left out, and all parts in it with it. */
interface Part {
  isLeftOut: boolean
  within: Part | undefined
}

interface Exchange {
  peer: object
  api: string
  version: number
  request: unknown
  /** Undefined while the answer is not there: what comes too late, or never, is compared with nothing. */
  response?: unknown
  part: Part | undefined
}

/** In place of an answer. */
export const closedAnswer = 'the broker closed the connection'

class Recorder {
  readonly #path: string | undefined = process.env.SLUICE_CONTRACT_RECORDING
  readonly #part = new AsyncLocalStorage<Part>()
  #file = ''
  #fileNames: string[] = []
  #test: { name: string; names: string[]; exchanges: Exchange[] } | null = null

  get isOn(): boolean {
    return this.#path !== undefined
  }

  beginFile(file: string): void {
    this.#file = file
    this.#fileNames = []
    this.#test = null
  }

  beginTest(name: string): void {
    this.#test = { name, names: [], exchanges: [] }
  }

  /** A name that is made for this test or for this file, and that differs from run to run. */
  named(name: string): void {
    ;(this.#test?.names ?? this.#fileNames).push(name)
  }

  /** Notes a request; what is returned takes its answer, or `closedAnswer`. */
  sent(peer: object, api: string, version: number, request: unknown): (response: unknown) => void {
    if (!this.#test || !this.isOn) return () => {}
    const exchange: Exchange = { peer, api, version, request, part: this.#part.getStore() }
    this.#test.exchanges.push(exchange)
    return (response) => {
      exchange.response = response
    }
  }

  /** How often a test asks until something has come to pass is chance: only the last attempt counts. */
  async attempt<T>(run: () => Promise<T | undefined>): Promise<T | undefined> {
    const part: Part = { isLeftOut: false, within: this.#part.getStore() }
    const value = await this.#part.run(part, run)
    if (value === undefined) part.isLeftOut = true
    return value
  }

  /** Leaves out what is asked in `run`. */
  leaveOut<T>(run: () => Promise<T>): Promise<T> {
    return this.#part.run({ isLeftOut: true, within: undefined }, run)
  }

  endTest(passed: boolean): void {
    const test = this.#test
    this.#test = null
    if (!test || !passed || this.#path === undefined) return
    const normaliser = new Normaliser(this.#fileNames, test.names)
    const exchanges = test.exchanges.filter(({ part }) => !isLeftOut(part))
    const peers = [...new Set(exchanges.map(({ peer }) => peer))]
    const line: RecordedTest = {
      file: this.#file,
      test: test.name,
      exchanges: exchanges
        .map((exchange) => ({ ...exchange, connection: peers.indexOf(exchange.peer) }))
        .sort((left, right) => left.connection - right.connection)
        .map(({ connection, api, version, request, response }) => ({
          connection,
          api,
          version,
          response: response === undefined ? undefined : normaliser.answer(request, response),
        })),
    }
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`)
  }
}

function isLeftOut(part: Part | undefined): boolean {
  return part !== undefined && (part.isLeftOut || isLeftOut(part.within))
}

/** One for the worker: its tests run one after the other. */
export const recorder = new Recorder()
