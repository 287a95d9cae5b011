/** What a sequence number says of its record. */
interface SequenceNumber {
  /** When its shard was made, in whole seconds. */
  shardCreatedSeconds: number
  shard: number
  /** Its place in the shard, from 1 on; 0 is where the shard begins. */
  place: bigint
  /** When it came, in whole seconds. */
  seconds: number
}

/** The place that stands in the last number of a closed shard: greater than any record's. */
export const lastPlace = (1n << 63n) - 1n

/** Of a shard that is made later every number is greater: its time of creation stands in front. */
const pattern = /^2([0-9a-f]{9})([0-9a-f])([0-7][0-9a-f]{15})00([0-9a-f]{9})([0-9a-f]{8})2$/

/**
 * Sequence numbers are 186 bits, 56 decimal digits, as those of AWS: in hexadecimal digits
 *
 *     2 | creation of the shard, seconds (9) | last digit of the shard (1) | place (16) | 00 | time, seconds (9) | shard (8) | 2
 *
 * They grow with the place within a shard, and from parents to children.
 */
export function formatSequenceNumber({ shardCreatedSeconds, shard, place, seconds }: SequenceNumber): string {
  const number =
    (0x2n << 184n) |
    (BigInt(shardCreatedSeconds) << 148n) |
    (BigInt(shard % 16) << 144n) |
    (place << 80n) |
    (BigInt(seconds) << 36n) |
    (BigInt(shard) << 4n) |
    0x2n
  return number.toString()
}

/** Undefined for what is no sequence number. */
export function parseSequenceNumber(text: string): SequenceNumber | undefined {
  if (!/^[1-9]\d{0,127}$/.test(text)) return undefined
  const parts = pattern.exec(BigInt(text).toString(16))
  if (!parts) return undefined
  const [, created = '', lastDigit = '', place = '', seconds = '', shard = ''] = parts
  const index = Number.parseInt(shard, 16)
  if (index % 16 !== Number.parseInt(lastDigit, 16)) return undefined
  return {
    shardCreatedSeconds: Number.parseInt(created, 16),
    shard: index,
    place: BigInt(`0x${place}`),
    seconds: Number.parseInt(seconds, 16),
  }
}
