import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Sends what comes, as fast as it is taken, until it ends or nobody wants it any more. */
export async function sendRest(rest: AsyncIterable<Buffer>, to: Writable): Promise<void> {
  try {
    await pipeline(Readable.from(rest), to)
  } catch (error) {
    // Whoever has gone away has had enough.
    if (!isGone(error)) throw error
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE'
}
