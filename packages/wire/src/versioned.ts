import { DecodeError } from './codec-errors.ts'
import { Reader } from './reader.ts'
import type { Input, Message } from './schema/message.ts'
import { Writer } from './writer.ts'

/** A message after its version as int16: coordinator values, control records' keys, the consumer protocol. */
export function encodeVersioned<T>(message: Message<T>, version: number, value: Input<T>): Buffer {
  const writer = new Writer()
  writer.int16(version)
  message.encode(writer, version, value)
  return writer.finish()
}

export function decodeVersioned<T>(message: Message<T>, buffer: Buffer): { version: number; value: T } {
  const reader = new Reader(buffer)
  const version = reader.int16()
  const value = message.decode(reader, version)
  if (reader.remaining > 0)
    throw new DecodeError(`${message.name} ${version}: ${reader.remaining} bytes after the end`)
  return { version, value }
}
