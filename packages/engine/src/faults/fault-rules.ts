import { apiByKey, ErrorCode, Fetch } from '@sluice/wire'
import type { ArrivedRequest, Interception } from '../server/interception.ts'
import { type Place, placesIn } from '../server/named-places.ts'

/** A request in the words of whoever sets faults. */
export interface SeenRequest {
  readonly api: string
  readonly version: number
  readonly clientId: string | null
  readonly broker: number
  readonly atMs: number
  readonly topics: string[]
}

/** Which requests of an API are meant: all, without any of these. */
interface FaultTarget {
  readonly topic?: string
  readonly partition?: number
  /** A client.id. */
  readonly client?: string
  readonly broker?: number
}

export interface FaultOptions extends FaultTarget {
  /** How often it fires, before it is gone. */
  readonly times?: number
}

type FaultAction =
  /** By Kafka's name. */
  | { readonly error: string }
  | { readonly delay: number }
  | { readonly throttle: number }
  | { readonly drop: true; readonly served?: boolean }
  | { readonly disconnect: true; readonly served?: boolean }

export interface Fault {
  /** How often it has. */
  readonly fired: number
  remove(): void
}

/** A name that none of Kafka's is. */
interface Refusal {
  readonly code: string
  readonly why: string
  readonly next: string
}

const waitMsMax = 2_147_483_647

/** Of whoever says nothing in JavaScript. */
const unsaid = { error: '', ms: NaN }

/** One that is set: it fires where it matches, so many times. */
interface Rule extends Fault {
  readonly api: string
  readonly target: FaultTarget
  /** As the test has written it. */
  readonly text: string
  readonly action: FaultAction
  readonly times: number
  fired: number
}

type Decide = (request: SeenRequest) => FaultAction | undefined

/** What goes wrong on purpose: the first rule that matches a request fires. */
export class FaultRules {
  readonly #refused: (what: string, refusal: Refusal) => Error
  readonly #hasTurn: (fault: Fault, times: number) => boolean
  readonly #rules = new Set<Rule>()
  readonly #deciders = new Set<Decide>()
  /** That were to fire and have not, and are gone. */
  readonly #idle: Rule[] = []

  /**
   * `refused` makes the error of a fault that could never fire. `hasTurn` is asked before one fires that fires so many times only: it may
   * do so in other processes, too.
   */
  constructor(
    refused: (what: string, refusal: Refusal) => Error,
    hasTurn: (fault: Fault, times: number) => boolean = () => true,
  ) {
    this.#refused = refused
    this.#hasTurn = hasTurn
  }

  once(api: string, { error, ...options }: FaultOptions & { error: string } = unsaid): Fault {
    return this.#add('once', api, options, { error: this.#errorName(error) }, 1)
  }

  always(api: string, { error, ...options }: FaultOptions & { error: string } = unsaid): Fault {
    const word = options.times === 1 ? 'once' : 'always'
    return this.#add(word, api, options, { error: this.#errorName(error) }, Infinity)
  }

  delay(api: string, { ms, ...options }: FaultOptions & { ms: number } = unsaid): Fault {
    return this.#add('delay', api, options, { delay: this.#wait(ms) }, Infinity)
  }

  throttle(api: string, { ms, ...options }: FaultOptions & { ms: number } = unsaid): Fault {
    return this.#add('throttle', api, options, { throttle: this.#wait(ms) }, Infinity)
  }

  drop(api: string, { served = false, ...options }: FaultOptions & { served?: boolean } = {}): Fault {
    return this.#add('drop', api, options, { drop: true, served }, 1)
  }

  disconnect(api: string, { served = false, ...options }: FaultOptions & { served?: boolean } = {}): Fault {
    return this.#add('disconnect', api, options, { disconnect: true, served }, 1)
  }

  use(decide: Decide): Fault {
    let fired = 0
    const counted: Decide = (request) => {
      const action = decide(request)
      if (action) fired++
      return action
    }
    this.#deciders.add(counted)
    return {
      get fired() {
        return fired
      },
      remove: () => void this.#deciders.delete(counted),
    }
  }

  clear(): void {
    for (const rule of this.#rules) rule.remove()
    this.#deciders.clear()
  }

  /** Those that may still fire. */
  list(): { fault: Fault; text: string; times: number }[] {
    return [...this.#rules].map((fault) => ({ fault, text: fault.text, times: fault.times }))
  }

  /** Those of which a test has seen nothing: they never matched. */
  neverFired(): string[] {
    return [...this.#idle, ...this.#rules].filter(({ fired }) => fired === 0).map(({ text }) => text)
  }

  /** What is to be done about a request; null: nothing. */
  decide(seen: SeenRequest, arrived: ArrivedRequest): Interception | null {
    for (const decide of this.#deciders) {
      const action = decide(seen)
      if (action) return this.#interceptionOf(action)
    }
    for (const rule of this.#rules) {
      if (rule.api !== seen.api || !matchesClient(rule.target, seen)) continue
      const places = namesPlaces(rule.target) ? placesIn(arrived.request, arrived.topicNameOf) : []
      if (namesPlaces(rule.target) && hidesPlaces(arrived)) return wholeFetchFirst
      if (!matchesPlaces(rule.target, places)) continue
      if (Number.isFinite(rule.times) && !this.#hasTurn(rule, rule.times)) {
        this.#rules.delete(rule)
        continue
      }
      if (++rule.fired === rule.times) this.#rules.delete(rule)
      return this.#interceptionOf(rule.action)
    }
    return null
  }

  #interceptionOf(action: FaultAction): Interception {
    if ('error' in action) return { kind: 'error', errorCode: codeOf(this.#errorName(action.error)) }
    if ('delay' in action) return { kind: 'delay', ms: action.delay }
    if ('throttle' in action) return { kind: 'throttle', ms: action.throttle }
    return { kind: 'drop' in action ? 'drop' : 'disconnect', served: action.served ?? false }
  }

  #errorName(name = ''): string {
    if (Object.hasOwn(codes, name) && name !== 'NONE') return name
    throw this.#unknown('error', name, Object.keys(codes))
  }

  #wait(ms: number): number {
    if (typeof ms === 'number' && ms >= 0 && ms <= waitMsMax) return ms
    throw this.#refused('A fault says how long it lasts.', {
      code: 'FAULT',
      why: `${JSON.stringify(ms)} is no number of milliseconds from 0 to ${waitMsMax}.`,
      next: 'Give one such as 500.',
    })
  }

  #unknown(what: string, name: string, names: readonly string[]): Error {
    return this.#refused(`Kafka has no ${what} "${name}".`, {
      code: 'FAULT',
      why: 'A fault for it would never fire.',
      next: `Name one as Kafka does: ${near(name, names)}, …`,
    })
  }

  #add(word: string, api: string, options: FaultOptions, action: FaultAction, usual: number): Fault {
    if (!apiNames().includes(api)) throw this.#unknown('API', api, apiNames())
    const { times = usual, ...target } = options
    if (times !== Infinity && !(Number.isInteger(times) && times > 0))
      throw this.#refused('A fault fires once at least.', {
        code: 'FAULT',
        why: `${JSON.stringify(times)} is no number of times.`,
        next: 'Give a whole number from 1 on, or leave it away.',
      })
    const rule: Rule = {
      api,
      target,
      action,
      times,
      text: `${word}('${api}', ${JSON.stringify({ ...target, ...action })})`,
      fired: 0,
      remove: () => {
        if (this.#rules.delete(rule)) this.#idle.push(rule)
      },
    }
    this.#rules.add(rule)
    return rule
  }
}

/** A fetch within a session names only what has changed; whoever is told that there is none names everything (KIP-227). */
const wholeFetchFirst: Interception = { kind: 'error', errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND }

function hidesPlaces({ api, request }: ArrivedRequest): boolean {
  return api.apiKey === Fetch.apiKey && (request as { sessionEpoch?: number }).sessionEpoch !== undefined
    ? Number((request as { sessionEpoch?: number }).sessionEpoch) > 0
    : false
}

function namesPlaces({ topic, partition }: FaultTarget): boolean {
  return topic !== undefined || partition !== undefined
}

function matchesClient({ client, broker }: FaultTarget, seen: SeenRequest): boolean {
  return (
    (client === undefined || client === seen.clientId) && (broker === undefined || broker === seen.broker)
  )
}

function matchesPlaces(target: FaultTarget, places: readonly Place[]): boolean {
  if (!namesPlaces(target)) return true
  return places.some(
    ({ topic, partition }) =>
      (target.topic === undefined || topic === target.topic) &&
      (target.partition === undefined || partition === target.partition),
  )
}

const codes: Readonly<Record<string, number>> = ErrorCode

function codeOf(name: string): number {
  return codes[name] ?? ErrorCode.UNKNOWN_SERVER_ERROR
}

function apiNames(): string[] {
  return [...apiByKey.values()]
    .filter(({ listeners }) => listeners.includes('broker'))
    .map(({ name }) => name)
}

/** Those that look like it, or the first. */
function near(name: string, names: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, '')
  const start = plain(name).slice(0, 4)
  const like = names.filter((one) => plain(one).includes(start) || plain(name).includes(plain(one)))
  return (like.length > 0 ? like : names).slice(0, 8).join(', ')
}
