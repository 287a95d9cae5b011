import { createHash } from 'node:crypto'
import type { Place } from '../place.ts'

const directions: Record<string, string> = {
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  central: 'c',
  northeast: 'ne',
  northwest: 'nw',
  southeast: 'se',
  southwest: 'sw',
}

/** AWS's id of the n-th availability zone (from 1): `use1-az1`, `apne2-az3`, `usgw1-az2`. */
export function zoneId(region: string, n: number): string {
  const parts = region.split('-').map((part, at) => {
    if (at === 0 || /^\d+$/.test(part)) return part
    return directions[part] ?? part.slice(0, 1)
  })
  return `${parts.join('')}-az${n}`
}

/** Ids that AWS would have made in the account: always the same ones for the same seed. */
export function derivedId(prefix: string, seed: string, digits: number): string {
  return prefix + createHash('sha256').update(seed).digest('hex').slice(0, digits)
}

/** A UUID that is always the same for the same seed. */
export function derivedUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex')
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-')
}

/** Of the VPC that an account has in a region. */
export function defaultSecurityGroup({ account, region }: Place): string {
  return derivedId('sg-', `${account}/${region}/default`, 17)
}

/** What AWS encrypts volumes with where nothing else is said. */
export function managedKeyArn({ partition, region, account }: Place): string {
  const key = derivedUuid(`${account}/${region}/alias/aws/kafka`)
  return `arn:${partition}:kms:${region}:${account}:key/${key}`
}
