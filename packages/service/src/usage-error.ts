/** What the service was told to do cannot be done anywhere: the message names the flag at fault. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
