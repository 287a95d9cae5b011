/** A bug: an invariant of ours does not hold. It stops the part that found it, loudly. */
export class AssertionFailure extends Error {
  override name = 'AssertionFailure'
}

/** States an invariant. What a stranger can cause is not an invariant: answer that with an error code. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}
