import { describe, expect, it } from 'vitest'
import { hostAddress, isInRange, rangeOf } from './addresses.ts'

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['2001:db8::A0:1', '2001:db8:0:0:0:0:a0:1'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1%eth0'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['in-memory', 'in-memory'],
  ])('%s is written %s', (given, written) => {
    expect(hostAddress(given)).toBe(written)
  })
})

describe('a range of addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.0/8', true],
    ['11.0.0.1', '10.0.0.0/8', false],
    ['10.0.0.7', '10.0.0.7/32', true],
    ['10.0.0.6', '10.0.0.7/32', false],
    ['10.0.0.6', '10.0.0.7/31', true],
    ['10.0.0.0', '10.0.0.9/30', false],
    ['192.168.1.255', '192.168.1.0/24', true],
    ['1.2.3.4', '0.0.0.0/0', true],
    ['2001:db8:0:0:0:0:0:9', '2001:db8::/32', true],
    ['2001:db9:0:0:0:0:0:9', '2001:db8::/32', false],
    ['fe80:0:0:0:0:0:0:1%eth0', 'fe80::/10', true],
    ['10.0.0.1', '::/0', false],
    ['0:0:0:0:0:0:0:1', '0.0.0.0/0', false],
    ['10.0.0.1', 'anywhere/8', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.2', '10.0.0.1', false],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
  ])('of %s and %s', (address, range, isIn) => {
    const parsed = rangeOf(range)
    expect(parsed !== null && isInRange(address, parsed)).toBe(isIn)
  })

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0/8',
    '300.0.0.0/8',
    '/8',
    'localhost/8',
    '2001:db8::/129',
    '2001::db8::/32',
    'gg::/8',
    '1:2:3:4:5:6:7/8',
    '1:2:3:4:5:6:7:8:9/8',
    '1:2:3:4::5:6:7:8/8',
    '::ffff:10.0.0.0/8',
    '10.0.0.0/8/8',
  ])('is none: %s', (range) => {
    expect(rangeOf(range)).toBeNull()
  })
})
