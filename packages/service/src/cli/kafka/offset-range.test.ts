import { describe, expect, it } from 'vitest'
import { UsageError } from '../../usage-error.ts'
import { parseOffsets } from './offset-range.ts'

const nowMs = Date.parse('2026-11-28T12:00:00Z')
const parse = parseOffsets('--offset', nowMs)
const start = { kind: 'start' }
const end = { kind: 'end' }
const offset = (n: number) => ({ kind: 'offset', offset: n })
const time = (text: string) => ({ kind: 'time', ms: Date.parse(text) })

describe('offsets on the command line', () => {
  it.each([
    ['start', start, null],
    ['end', end, null],
    [':end', start, end],
    ['100', offset(100), null],
    ['100:', offset(100), null],
    [':200', start, offset(200)],
    ['100:200', offset(100), offset(200)],
    ['100:end', offset(100), end],
    ['+10', { kind: 'after start', count: 10 }, null],
    ['-10', { kind: 'before end', count: 10 }, null],
    ['@2026-11-01', time('2026-11-01T00:00:00Z'), null],
    ['@2026-11-01T10:30:00Z', time('2026-11-01T10:30:00Z'), null],
    ['@2026-11-01T10:30:00.250Z:2026-11-02', time('2026-11-01T10:30:00.250Z'), time('2026-11-02T00:00:00Z')],
    ['@2026-11-01:1d', time('2026-11-01T00:00:00Z'), time('2026-11-02T00:00:00Z')],
    ['@:2026-11-02', start, time('2026-11-02T00:00:00Z')],
    ['@1795860000', time('2026-11-28T10:00:00Z'), null],
    ['@1795860000123', time('2026-11-28T10:00:00.123Z'), null],
    ['@-48h:-24h', time('2026-11-26T12:00:00Z'), time('2026-11-27T12:00:00Z')],
    ['@-1h30m', time('2026-11-28T10:30:00Z'), null],
    ['@-1m:end', time('2026-11-28T11:59:00Z'), end],
    ['@-1h:10m', time('2026-11-28T11:00:00Z'), time('2026-11-28T11:10:00Z')],
  ])('reads %s', (text, from, to) => {
    expect(parse(text)).toEqual({ from, to })
  })

  it.each(['', ':', '@', '@:', 'begin', '1-2', '+', '@tomorrow', '@2026-13-01', '10:x', '100200:x'])(
    'refuses "%s" with what it takes',
    (text) => {
      expect(() => parse(text)).toThrow(UsageError)
      expect(() => parse(text)).toThrow(/--offset takes start, end/)
    },
  )
})
