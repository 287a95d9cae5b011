import { type Clock, Deferred } from '@sluice/effects'

/** Work that may rest between two steps. */
export type Steps<T = void> = Generator<undefined, T, undefined>

export function isSteps(result: unknown): result is Steps<unknown> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result && 'next' in result
}

/** Does the work at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The items by their keys; of two with the same key the last. */
export function* byKeyInSteps<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Steps<Map<K, T>> {
  const byKey = new Map<K, T>()
  for (const item of items) {
    byKey.set(keyOf(item), item)
    yield
  }
  return byKey
}

/** `map` of each item, with a rest after each. */
export function* eachInSteps<T, U>(items: Iterable<T>, map: (item: T) => U): Steps<U[]> {
  const mapped: U[] = []
  for (const item of items) {
    mapped.push(map(item))
    yield
  }
  return mapped
}

/** What each item is answered, asked one after the other: some at once, some later. */
export function* askedInSteps<T, U>(items: Iterable<T>, ask: (item: T) => Promise<U>): Steps<Promise<U[]>> {
  const answers: U[] = []
  const all = new Deferred<U[]>()
  let left = 1
  const one = () => {
    if (--left === 0) all.resolve(answers)
  }
  for (const item of items) {
    const at = answers.push(undefined as never) - 1
    left++
    ask(item).then((answer) => {
      answers[at] = answer
      one()
    }, all.reject)
    yield
  }
  one()
  return all.promise
}

/** `map` in steps of each item: where one may be long in itself. */
export function* eachOfSteps<T, U>(items: Iterable<T>, map: (item: T) => Steps<U>): Steps<U[]> {
  const mapped: U[] = []
  for (const item of items) {
    mapped.push(yield* map(item))
    yield
  }
  return mapped
}

/**
 * Does the work in slices, between which the event loop turns. Rejects with what a step throws; and with the
 * signal's reason once that is aborted, when the steps have let go of what they hold (their `finally`).
 */
export function inSlices<T>(steps: Steps<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const slice = (endMs: number) => {
      try {
        for (;;) {
          if (signal.aborted) {
            steps.return(undefined as never)
            reject(signal.reason as Error)
            return
          }
          const step = steps.next()
          if (step.done) {
            resolve(step.value)
            return
          }
          if (clock.monotonic() >= endMs) {
            clock.share(slice)
            return
          }
        }
      } catch (error) {
        reject(error as Error)
      }
    }
    slice(clock.firstTryEndMs())
  })
}
