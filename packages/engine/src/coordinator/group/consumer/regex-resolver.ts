import { type Clock, thrownMidway, raise } from '@sluice/effects'
import { inSlices, type Steps } from '../../../storage/slices.ts'
import type { TopicView } from '../topic-view.ts'
import type { MaySee } from './may-see.ts'
import type { ResolvedRegex } from './consumer-group.ts'
import { inOrder } from './consumer-member.ts'
import { topicPattern } from './regex-syntax.ts'
import type { TopicHashes } from './topic-hashes.ts'

/** Of so many groups it is remembered; where there are more they may try again sooner. */
const failedMax = 1_000

interface ResolverOptions {
  readonly clock: Clock
  readonly topics: TopicView
  readonly topicHashes: TopicHashes
  /** Hands over what was found; false: it could not be recorded. */
  readonly found: (groupId: string, resolved: ReadonlyMap<string, ResolvedRegex>) => Promise<boolean>
}

/** Looks for the topics of regular expressions, in slices: there may be many of both. One look a group at a time. */
export class RegexResolver {
  readonly #options: ResolverOptions
  readonly #resolving = new Map<string, AbortController>()
  /** Looks whose outcome could not be recorded, by their groups: not to be tried again at once. */
  readonly #failedAtMs = new Map<string, number>()

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  isResolving(groupId: string): boolean {
    return this.#resolving.has(groupId)
  }

  failedAtMs(groupId: string): number {
    return this.#failedAtMs.get(groupId) ?? -Infinity
  }

  resolve(groupId: string, regexes: readonly string[], maySee: MaySee): void {
    const { clock } = this.#options
    const stop = new AbortController()
    this.#resolving.set(groupId, stop)
    inSlices(this.#look(regexes, maySee), clock, stop.signal)
      .then((resolved) => this.#options.found(groupId, resolved))
      .then((isRecorded) => {
        if (isRecorded) this.#failedAtMs.delete(groupId)
        else this.#failed(groupId)
        this.#resolving.delete(groupId)
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) raise(clock, thrownMidway(error))
      })
  }

  #failed(groupId: string): void {
    if (this.#failedAtMs.size >= failedMax) this.#failedAtMs.clear()
    this.#failedAtMs.set(groupId, this.#options.clock.now())
  }

  close(): void {
    for (const stop of this.#resolving.values()) stop.abort(new Error('the groups are coordinated elsewhere'))
    this.#resolving.clear()
  }

  *#look(regexes: readonly string[], maySee: MaySee): Steps<Map<string, ResolvedRegex>> {
    const { topics, topicHashes, clock } = this.#options
    const version = topics.version()
    const timestamp = clock.now()
    const found = new Map<string, string[]>()
    for (const regex of regexes) {
      yield
      const pattern = topicPattern(regex)
      const names: string[] = []
      found.set(regex, names)
      // It was judged before it was kept; a log may have one that was judged by others.
      if (typeof pattern === 'string') continue
      for (const topic of topics.names()) {
        yield
        if (!pattern.matches(topic) || !maySee(topic)) continue
        names.push(topic)
        yield* topicHashes.learn([topic])
      }
    }
    return new Map(
      [...found].map(([regex, names]) => [regex, { topics: inOrder(names), version, timestamp }]),
    )
  }
}
