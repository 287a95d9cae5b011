import { createHash } from 'node:crypto'

/**
 * Several records in one, as the Kinesis Producer Library sends them and the KCL takes them apart (KPL, "aggregation format"): four
 * bytes of magic, a message of Protocol Buffers with the keys and the records, and its MD5.
 */
export function aggregated(partitionKey: string, texts: readonly string[]): Buffer {
  const records = texts.map((text) => field(3, Buffer.concat([number(1, 0), field(3, Buffer.from(text))])))
  const message = Buffer.concat([field(1, Buffer.from(partitionKey)), ...records])
  const digest = createHash('md5').update(message).digest()
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, digest])
}

/** The same the other way; a record that is no such is itself. */
export function deaggregated(data: Buffer): string[] {
  const [magic, message, digest] = [data.subarray(0, 4), data.subarray(4, -16), data.subarray(-16)]
  if (magic.toString('hex') !== 'f3899ac2' || !createHash('md5').update(message).digest().equals(digest))
    return [data.toString()]
  return fieldsOf(message, 3).flatMap((record) => fieldsOf(record, 3).map(String))
}

/** The contents of the fields of this number. */
function fieldsOf(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = []
  let at = 0
  const next = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = next()
    const value = next()
    if ((tag & 7) !== 2) continue
    if (tag >> 3 === wanted) found.push(message.subarray(at, at + value))
    at += value
  }
  return found
}

function field(id: number, content: Buffer): Buffer {
  return Buffer.concat([varint((id << 3) | 2), varint(content.length), content])
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id << 3), varint(value)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80)
  return Buffer.from([...bytes, value])
}
