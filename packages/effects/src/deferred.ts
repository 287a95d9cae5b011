import type { Clock } from './clock.ts'

/** A promise with its two ends outside. */
export class Deferred<T> {
  readonly promise: Promise<T>
  resolve!: (value: T | PromiseLike<T>) => void
  reject!: (reason: unknown) => void

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}

/** Waits for it to be resolved; when the time is over it is resolved by this. */
export async function resolvedWithin(deferred: Deferred<void>, clock: Clock, ms: number): Promise<void> {
  const timer = clock.schedule(ms, () => deferred.resolve())
  await deferred.promise
  timer.cancel()
}
