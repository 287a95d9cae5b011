import { describe, expect, it } from 'vitest'
import {
  base64Bytes,
  bytesText,
  counted,
  fromBase64,
  hexText,
  jsonText,
  spanText,
  textOf,
  timeText,
  toBase64,
} from './formats.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

it('writes sizes, counts and times', () => {
  expect([0, 1_023, 1_024, 1_048_576, 10_485_760].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.0 MiB',
    '10.0 MiB',
  ])
  expect([counted(1, 'shard'), counted(1_234, 'shard')]).toEqual(['1 shard', '1,234 shards'])
  expect([3, 1_500, 61_000, 600_000, 86_400_000].map(spanText)).toEqual([
    '3 ms',
    '1.5 s',
    '61 s',
    '10 min',
    '24 h',
  ])
  expect(timeText(new Date(2026, 10, 9, 8, 7, 6, 5).getTime() / 1_000)).toBe('2026-11-09 08:07:06.005')
})

describe('base64', () => {
  it.each(['', 'a', 'ab', 'abc', 'ä€😀', 'x'.repeat(20_000)])('goes there and back: %.10s', (text) => {
    const there = toBase64(text)
    expect(there).toBe(Buffer.from(text).toString('base64'))
    expect(base64Bytes(there)).toBe(bytes(text).length)
    expect(new TextDecoder().decode(fromBase64(there))).toBe(text)
  })

  it('decodes no more than is wanted', () => {
    const long = toBase64('0123456789')
    expect(new TextDecoder().decode(fromBase64(long, 4))).toBe('0123')
    // What is behind is not looked at.
    expect(fromBase64(`${long.slice(0, 8)}****`, 4)).toHaveLength(4)
  })
})

describe('data', () => {
  it('are text where they are UTF-8 that people write', () => {
    expect(textOf(bytes('ä\n\t€'), false)).toBe('ä\n\t€')
    expect(textOf(new Uint8Array([0xff, 0x41]), false)).toBeNull()
    expect(textOf(new Uint8Array([0x41, 0x00]), false)).toBeNull()
    // Half a character at the end is no text, unless the rest of it was cut off.
    expect(textOf(bytes('a€').slice(0, 3), false)).toBeNull()
    expect(textOf(bytes('a€').slice(0, 3), true)).toBe('a')
  })

  it('are shown in hex as hexdump has them', () => {
    expect(hexText(new Uint8Array([0x41, 0x00, 0xff]))).toBe(`00000000  41 00 ff${' '.repeat(39)}  A..`)
    expect(hexText(new Uint8Array(17)).split('\n')[1]).toMatch(/^00000010 {2}00 /)
  })
})

describe('JSON', () => {
  it('keeps each number, name and text as it is written', () => {
    const long = '{"id":12345678901234567890,"id":1.50,"t":"a\\"{,}:\\u00e4","e":[],"o":{}}'
    expect(jsonText(long)).toBe(
      [
        '{',
        '  "id": 12345678901234567890,',
        '  "id": 1.50,',
        '  "t": "a\\"{,}:\\u00e4",',
        '  "e": [],',
        '  "o": {}',
        '}',
      ].join('\n'),
    )
  })

  it.each(['[1,[2,{"a":null}]]', '"text"', '-1e400', ' [ ] ', '{"a" : [ true , false ]}', '[[],{},[{}]]'])(
    'is as JSON.stringify writes it, where nothing is lost by that: %s',
    (text) => {
      const expected = JSON.stringify(JSON.parse(text), null, 2)
      expect(jsonText(text)).toBe(text === '-1e400' ? text : expected)
    },
  )

  it('is nothing else', () => {
    expect(['', '{', '{"a":1}x', 'text', "{'a':1}"].map(jsonText)).toEqual([null, null, null, null, null])
  })

  it('bears depth and length', () => {
    const deep = `${'['.repeat(3_000)}${']'.repeat(3_000)}`
    expect(jsonText(deep)?.replaceAll(/\s/g, '')).toBe(deep)
    const long = `{"a":"${'\\\\x'.repeat(3_000_000)}","b":${'1'.repeat(3_000_000)}}`
    expect(
      jsonText(long)
        ?.split('\n')
        .map((line) => line.length),
    ).toEqual([1, 9_000_010, 3_000_007, 1])
    const wide = JSON.stringify(Array.from({ length: 50_000 }, (_, at) => at))
    expect(jsonText(wide)?.split('\n')).toHaveLength(50_002)
  })
})
