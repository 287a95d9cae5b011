import { RecordBatch } from '@sluice/wire'

/* A decoded message as JSON has it, for people to read. */

const itemsMax = 200
const textMax = 2_000
/** Values of configs that whoever listens has no business with. */
const secretName = /password|secret|jaas|ssl\..*key/i

/** Numbers beyond 2^53 are texts, bytes are counted, long lists end early, and secrets are left out. */
export function plainForm(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return value.length > textMax ? `${value.slice(0, textMax)}…` : value
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Uint8Array) return { bytes: value.length }
  if (Array.isArray(value)) return plainList(value)
  const { name: own } = value as { name?: unknown }
  const isSecret = typeof own === 'string' && secretName.test(own)
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'records' && Buffer.isBuffer(inner)
        ? recordsForm(inner)
        : name === 'value' && isSecret
          ? '(hidden)'
          : plainForm(inner),
    ]),
  )
}

function plainList(list: readonly unknown[]): unknown[] {
  const shown = list.slice(0, itemsMax).map(plainForm)
  return list.length > itemsMax ? [...shown, { more: list.length - itemsMax }] : shown
}

/** How many there are, of batches that are whole; those of older formats do not say it. */
function recordsForm(bytes: Buffer) {
  let batches = 0
  let records = 0
  for (let at = 0; at + RecordBatch.headerBytes <= bytes.length; batches++) {
    if (RecordBatch.magic(bytes, at) !== RecordBatch.currentMagic) return { bytes: bytes.length }
    const size = RecordBatch.sizeInBytes(bytes, at)
    if (size < RecordBatch.headerBytes || at + size > bytes.length) break
    records += RecordBatch.count(bytes, at)
    at += size
  }
  return { bytes: bytes.length, batches, records }
}
