/** Does work in steps at once. */
export function atOnce<T>(steps: Generator<undefined, T, undefined>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}
