import { errorInfo } from '@sluice/wire'

/** The connection is gone, or never came to be; requests without an answer fail with it. */
export class ConnectionClosedError extends Error {
  override name = 'ConnectionClosedError'
}

/** A broker answered with an error code where the caller wanted success. */
export class KafkaError extends Error {
  override name = 'KafkaError'
  readonly code: number

  constructor(code: number, detail?: string | null) {
    const { name } = errorInfo(code)
    super(detail ? `${name} (${code}): ${detail}` : `${name} (${code})`)
    this.code = code
  }
}

/** Broker and client have no version of the API in common. */
export class UnsupportedVersionError extends Error {
  override name = 'UnsupportedVersionError'
}

/** Throws for every code but 0. */
export function throwOnError(code: number, detail?: string | null): void {
  if (code !== 0) throw new KafkaError(code, detail)
}
