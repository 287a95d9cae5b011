import { hashKeyOf, parseHashKey } from '../../streams/hash-keys.ts'
import type { NewRecord, Stream } from '../../streams/stream.ts'
import { violation } from './constraints.ts'
import { invalidArgument } from './exceptions.ts'

interface GivenRecord {
  Data?: Uint8Array | undefined
  PartitionKey?: string | undefined
  ExplicitHashKey?: string | undefined
}

const noData = new Uint8Array()

/** A record as a request has it; `at` is where its data stands there. What a stream bounds is the data and the key together. */
export function newRecord({ record, spread }: Stream, given: GivenRecord, at: string): NewRecord {
  const { Data: data = noData, PartitionKey: partitionKey, ExplicitHashKey: explicit } = given
  const bytesMax = record.maxRecordKiB * 1_024
  const keyBytes = Buffer.byteLength(partitionKey ?? '')
  if (data.length + keyBytes > bytesMax) {
    const beside = data.length > bytesMax ? '' : ', its partition key included'
    throw violation(data, at, `have length less than or equal to ${bytesMax}${beside}`)
  }
  if (record.distribution === 'AUTO') {
    const hashKey = spread.next()
    // Whoever reads it finds a key in any case.
    return { hashKey, partitionKey: partitionKey ?? hashKey.toString(16), data }
  }
  if (partitionKey === undefined) throw violation(null, at.replace(/data$/, 'partitionKey'), 'not be null')
  const hashKey = explicit === undefined ? hashKeyOf(partitionKey) : parseHashKey(explicit)
  if (hashKey === undefined)
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
    )
  return { hashKey, partitionKey, data }
}
