/** What failed, why, and what to do next. */
export class KafkaServerError extends Error {
  override name = 'KafkaServerError'
  readonly code: string
  readonly why: string
  readonly next: string

  constructor(what: string, { code, why, next }: { code: string; why: string; next: string }) {
    super(`${what}\n  Why:  ${why}\n  Next: ${next}`)
    this.code = code
    this.why = why
    this.next = next
  }
}
