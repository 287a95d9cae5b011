import type { TopicRecord } from '@sluice/client'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../usage-error.ts'
import { recordFormat } from './record-format.ts'

const record: TopicRecord = {
  topic: 'orders',
  partition: 3,
  offset: 258,
  timestamp: Date.parse('2026-11-28T10:20:30.456Z'),
  key: Buffer.from('k1'),
  value: Buffer.from('a "b"'),
  headers: [
    { key: 'trace', value: Buffer.from('7') },
    { key: 'none', value: null },
  ],
  leaderEpoch: 5,
  producerId: 9n,
  producerEpoch: 1,
  codec: 1,
  isTransactional: true,
  timestampType: 0,
}

const text = (format: string) => String(recordFormat(format)(record, 1))
const hex = (format: string) => Buffer.from(recordFormat(format)(record, 1)).toString('hex')

describe('a format for records', () => {
  it.each([
    ['%t/%p@%o: %k=%v\\n', 'orders/3@258: k1=a "b"\n'],
    ['%d', '1795861230456'],
    ['%d{iso}', '2026-11-28T10:20:30.456Z'],
    ['%d{strftime[%F %T|%Y%m%d %H%M%S %f %s %%]}', '2026-11-28 10:20:30|20261128 102030 456000 1795861230 %'],
    ['%k{hex} %k{base64} %k{base64raw} %v{json}', '6b31 azE= azE "a \\"b\\""'],
    ['%h{%k=%v{hex};}', 'trace=37;none=;'],
    ['%T %K %V %H %e %x %y %i', '6 2 5 2 5 9 1 1'],
    ['%a{compression} %a{transactional-bit} %a{timestamp-type}', 'gzip 1 0'],
    ['100%% %{x%} \\x41\\\\\\t', '100% {x} A\\\t'],
    ['%o{hex64} %o{hex16} %o{bool}', '0000000000000102 0102 true'],
  ])('writes %s', (format, expected) => {
    expect(text(format)).toBe(expected)
  })

  it('writes numbers in so many bytes', () => {
    expect(hex('%o{big32}%o{little16}%o{byte}')).toBe('00000102' + '0201' + '02')
    expect(hex('%K{big16}%k')).toBe('0002' + '6b31')
  })

  it('writes a time that no calendar has as it is', () => {
    const far = { ...record, timestamp: 9_007_199_254_740_993n }
    expect(recordFormat('%d{iso} %d{strftime[%F]}')(far, 1)).toBe('9007199254740993 9007199254740993')
  })

  it('leaves bytes as they are', () => {
    const bytes = { ...record, value: Buffer.from([0xff, 0x00]) }
    expect(recordFormat('%v')(bytes, 1)).toEqual(Buffer.from([0xff, 0x00]))
  })

  it.each(['%q', '%k{octal}', '%o{big24}', '%h', '%a', '%v{hex', '\\q', '100%'])('refuses %s', (format) => {
    expect(() => recordFormat(format)).toThrow(UsageError)
  })
})
