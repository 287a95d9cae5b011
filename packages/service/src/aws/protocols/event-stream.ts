import { crc32 } from 'node:zlib'
import type { HttpResponse } from '../../http/message.ts'
import type { Shape, ShapeCodec } from '../codec.ts'
import { AwsException } from '../exceptions.ts'
import type { Structure } from '../schema.ts'

/* AWS's event streams: an answer that goes on, an event a frame. */

const contentType = 'application/vnd.amazon.eventstream'

/** Two lengths with their checksum in front, and one of everything behind. */
const preludeBytes = 12
const checksumBytes = 4
const stringType = 7

/** How the protocol of the answer writes what is in a frame. */
interface Payloads {
  codec: ShapeCodec
  contentType: string
  bytes: (content: Shape) => Buffer
}

/** The answer of an operation whose output is a stream of events, each by its name; undefined where it is none. */
export function eventStreamResponse(
  structure: Structure,
  output: Shape,
  payloads: Payloads,
): HttpResponse | undefined {
  for (const { name, type } of structure.members) {
    const events = output[name]
    if (type.kind === 'structure' && isEvents(events))
      return {
        status: 200,
        headers: { 'content-type': contentType },
        body: Buffer.alloc(0),
        rest: frames(events, type.name, payloads),
      }
  }
  return undefined
}

function isEvents(value: unknown): value is AsyncIterable<Shape> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** One that says that the stream begins, the events, and an exception where it ends with one. */
async function* frames(
  events: AsyncIterable<Shape>,
  union: string,
  { codec, bytes, contentType: ofPayload }: Payloads,
): AsyncGenerator<Buffer> {
  const frame = (kind: 'event' | 'exception', name: string, content: Shape) =>
    eventFrame({ [`:${kind}-type`]: name, ':content-type': ofPayload, ':message-type': kind }, bytes(content))
  yield frame('event', 'initial-response', {})
  try {
    for await (const event of events)
      for (const [name, content] of Object.entries(codec.encode(union, event)))
        yield frame('event', name, content as Shape)
  } catch (error) {
    if (!(error instanceof AwsException)) throw error
    yield frame('exception', error.name, { message: error.message })
  }
}

function eventFrame(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => headerBytes(name, value)))
  const frame = Buffer.alloc(preludeBytes + head.length + payload.length + checksumBytes)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(head.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  head.copy(frame, preludeBytes)
  payload.copy(frame, preludeBytes + head.length)
  const checked = frame.length - checksumBytes
  frame.writeUInt32BE(crc32(frame.subarray(0, checked)), checked)
  return frame
}

function headerBytes(name: string, value: string): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)]
  const lengths = Buffer.alloc(4)
  lengths.writeUInt8(key.length, 0)
  lengths.writeUInt8(stringType, 1)
  lengths.writeUInt16BE(text.length, 2)
  return Buffer.concat([lengths.subarray(0, 1), key, lengths.subarray(1), text])
}
