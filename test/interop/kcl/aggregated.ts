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
