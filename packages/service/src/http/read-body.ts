import type { Readable } from 'node:stream'

/**
 * The whole body, unless the client went away in the middle of it, or it is longer than it may be: then what is still to come
 * is for the caller to throw away, while it answers.
 */
export async function readBody(incoming: Readable, bytesMax: number): Promise<Buffer | 'too long' | 'gone'> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      length += (chunk as Buffer).length
      if (length > bytesMax) return 'too long'
      chunks.push(chunk as Buffer)
    }
  } catch {
    return 'gone'
  }
  return Buffer.concat(chunks)
}
