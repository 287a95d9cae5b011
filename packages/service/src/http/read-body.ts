import type { Readable } from 'node:stream'

/* By events: an iterator costs several turns of promises for each request, most of which have one chunk or none. */

/**
 * The whole body, unless the client went away in the middle of it, or it is longer than it may be: then what is still to come
 * is for the caller to throw away, while it answers.
 */
export function readBody(incoming: Readable, bytesMax: number): Promise<Buffer | 'too long' | 'gone'> {
  return new Promise((resolve) => {
    if (incoming.destroyed) return resolve('gone')
    const chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer) => {
      length += chunk.length
      if (length > bytesMax) end('too long')
      else chunks.push(chunk)
    }
    const whole = () => end(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length))
    // An error of the stream, too, closes it.
    const gone = () => end('gone')
    const end = (result: Buffer | 'too long' | 'gone') => {
      incoming.off('data', take).off('end', whole).off('close', gone)
      if (result === 'too long') incoming.pause()
      resolve(result)
    }
    incoming
      .on('error', () => {})
      .on('data', take)
      .on('end', whole)
      .on('close', gone)
  })
}
