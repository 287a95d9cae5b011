/** Addresses of IPv4 or IPv6 that begin with the same bits: `203.0.113.0/24`, or a single one. */
export interface AddressRange {
  readonly bits: 32 | 128
  readonly prefix: bigint
  readonly free: bigint
}

/** Null where the text is none. */
export function addressRangeOf(text: string): AddressRange | null {
  const [address = '', length, more] = text.split('/')
  const parsed = addressOf(address)
  if (!parsed || more !== undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) return null
  const free = parsed.bits - Number(length ?? parsed.bits)
  if (free < 0) return null
  return { bits: parsed.bits, prefix: parsed.value >> BigInt(free), free: BigInt(free) }
}

export function isWithin({ bits, prefix, free }: AddressRange, address: string): boolean {
  const parsed = addressOf(address)
  return parsed !== null && parsed.bits === bits && parsed.value >> free === prefix
}

function addressOf(text: string): { bits: 32 | 128; value: bigint } | null {
  // What comes to a socket of both kinds has the address of IPv4 inside one of IPv6.
  const mapped = /^::ffff:([\d.]+)$/i.exec(text)?.[1]
  const four = fourOf(mapped ?? text)
  if (four !== null) return { bits: 32, value: four }
  const six = sixOf(text)
  return six === null ? null : { bits: 128, value: six }
}

function fourOf(text: string): bigint | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null
  return BigInt(parts.reduce((value, part) => value * 256 + Number(part), 0))
}

function sixOf(text: string): bigint | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const gap = 8 - head.length - tail.length
  if (halves.length === 1 ? gap !== 0 : gap < 1) return null
  const groups = [...head, ...Array.from({ length: gap }, () => '0'), ...tail]
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return null
  return groups.reduce((value, group) => (value << 16n) | BigInt(Number.parseInt(group, 16)), 0n)
}
