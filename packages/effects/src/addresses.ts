/*
 * Addresses of clients, as ACLs and policies name them: one, which Kafka has as Java writes it, or a range in CIDR notation.
 */

interface Address {
  readonly bits: bigint
  readonly width: 32 | 128
}

interface AddressRange extends Address {
  /** How many of the bits count, from the first on. */
  readonly prefix: number
}

const groupsOfIpv6 = 8
/** Before an IPv4 address that is written as one of IPv6. */
const mappedBits = 0xffffn

/** IPv6 in full, `0:0:0:0:0:0:0:1`, and an IPv4 address that is written as one of IPv6 as what it is. */
export function hostAddress(text: string): string {
  const [written = '', scope] = text.split('%')
  const address = parseAddress(written)
  if (!address) return text
  const { bits, width } = address
  if (width === 32) return parts(bits, 4, 8n).join('.')
  const groups = parts(bits, groupsOfIpv6, 16n).map((group) => group.toString(16))
  return groups.join(':') + (scope === undefined ? '' : `%${scope}`)
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== null
}

export function isRange(host: string): boolean {
  return host.includes('/')
}

/** Addresses that begin with the same bits (`10.0.0.0/8`), or a single one; null where the text is neither. */
export function rangeOf(text: string): AddressRange | null {
  const [written = '', prefix, more] = text.split('/')
  const address = parseAddress(written)
  if (!address || more !== undefined) return null
  if (prefix === undefined) return { ...address, prefix: address.width }
  // An IPv4 address that is written as one of IPv6 has bits of neither.
  const isMapped = address.width === 32 && written.includes(':')
  if (isMapped || !/^\d{1,3}$/.test(prefix) || Number(prefix) > address.width) return null
  return { ...address, prefix: Number(prefix) }
}

export function isInRange(host: string, { bits, width, prefix }: AddressRange): boolean {
  const address = parseAddress(host.split('%')[0] ?? '')
  if (address?.width !== width) return false
  const shift = BigInt(width - prefix)
  return address.bits >> shift === bits >> shift
}

function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): Address | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null
  const octets = text.split('.').map(Number)
  return octets.every((octet) => octet <= 255) ? { bits: joined(octets, 8n), width: 32 } : null
}

function parseIpv6(text: string): Address | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [before, after] = halves.map(groupsOf)
  if (!before || after === null) return null
  const missing = groupsOfIpv6 - before.length - (after?.length ?? 0)
  if (after ? missing < 1 : missing !== 0) return null
  const zeros = Array.from({ length: missing }, () => 0)
  const bits = joined([...before, ...zeros, ...(after ?? [])], 16n)
  return bits >> 32n === mappedBits ? { bits: bits & 0xffffffffn, width: 32 } : { bits, width: 128 }
}

/** The last two may be written as an IPv4 address. */
function groupsOf(text: string): number[] | null {
  if (text === '') return []
  const groups = text.split(':')
  const last = groups.at(-1) ?? ''
  if (last.includes('.')) {
    const within = parseIpv4(last)
    if (!within) return null
    groups.splice(-1, 1, ...parts(within.bits, 2, 16n).map((group) => group.toString(16)))
  }
  return groups.every((group) => /^[\da-f]{1,4}$/i.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : null
}

function joined(numbers: readonly number[], bitsEach: bigint): bigint {
  return numbers.reduce((bits, number) => (bits << bitsEach) | BigInt(number), 0n)
}

function parts(bits: bigint, count: number, bitsEach: bigint): number[] {
  const mask = (1n << bitsEach) - 1n
  return Array.from({ length: count }, (_, at) =>
    Number((bits >> (bitsEach * BigInt(count - 1 - at))) & mask),
  )
}
