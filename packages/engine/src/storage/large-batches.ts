let last: Promise<unknown> = Promise.resolve()

/** Work of which one piece alone may take hundreds of megabytes: one piece at a time in the process. */
export function oneAfterTheOther<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work)
  last = next.catch(() => {})
  return next
}
