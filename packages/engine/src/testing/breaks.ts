import { vi } from 'vitest'

type Method<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T] & string

/** The `nth` call of this method from now on throws. */
export function breaks<T extends object>(target: T, method: Method<T>, bug: Error, nth = 1): void {
  vi.restoreAllMocks()
  const original = target[method] as (...args: unknown[]) => unknown
  let calls = 0
  vi.spyOn(target, method as never).mockImplementation(function (this: T, ...args: unknown[]) {
    if (++calls === nth) throw bug
    return original.apply(this, args)
  } as never)
}

/** The first call with this first argument throws. */
export function breaksFor<T extends object>(
  target: T,
  method: Method<T>,
  bug: Error,
  argument: unknown,
): void {
  const original = target[method] as (...args: unknown[]) => unknown
  let done = false
  vi.spyOn(target, method as never).mockImplementation(function (this: T, ...args: unknown[]) {
    if (args[0] === argument && !done) {
      done = true
      throw bug
    }
    return original.apply(this, args)
  } as never)
}
