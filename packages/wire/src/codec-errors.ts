/** Bytes that are not what their schema says. Always the sender's fault, never ours. */
export class DecodeError extends Error {
  override name = 'DecodeError'
}

/** A value that its schema cannot carry, at least not in the version asked for. */
export class EncodeError extends Error {
  override name = 'EncodeError'
}
