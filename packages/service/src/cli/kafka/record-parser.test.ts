import { describe, expect, it } from 'vitest'
import { UsageError } from '../../usage-error.ts'
import { formatParser, ndjsonParser, type RecordParser } from './record-parser.ts'

/** In pieces of each size: where reads end must not show. */
function parsed(parser: () => RecordParser, input: Buffer, size: number) {
  const one = parser()
  const records = []
  for (let at = 0; at < input.length; at += size) records.push(...one.push(input.subarray(at, at + size)))
  records.push(...one.end())
  return records.map(({ key, value, ...others }) => ({
    key: key && key.toString(),
    value: value && value.toString(),
    ...others,
  }))
}

function parse(parser: () => RecordParser, input: string | Buffer) {
  const bytes = Buffer.from(input as Buffer)
  const whole = parsed(parser, bytes, Math.max(bytes.length, 1))
  for (const size of [1, 2, 3, 7]) expect(parsed(parser, bytes, size)).toEqual(whole)
  return whole
}

describe('records from a format', () => {
  const read = (format: string, input: string | Buffer) => parse(() => formatParser(format), input)

  it('reads a line a record, the last one without an end too', () => {
    expect(read('%v\\n', 'a\nb\n\nc')).toMatchObject([
      { value: 'a' },
      { value: 'b' },
      { value: '' },
      { value: 'c' },
    ])
  })

  it.each([
    [
      '%k:%v\\n',
      'k1:a:b\nk2:c\n',
      [
        { key: 'k1', value: 'a:b' },
        { key: 'k2', value: 'c' },
      ],
    ],
    ['%k %v{hex}\\n', 'k 6869\n', [{ key: 'k', value: 'hi' }]],
    ['%k{base64},%v\\n', 'azE=,x\n', [{ key: 'k1', value: 'x' }]],
    [
      '%t %p %d %v;',
      'o 3 170 x;p 4 171 y;',
      [
        { topic: 'o', partition: 3, timestamp: 170, value: 'x' },
        { topic: 'p', partition: 4, timestamp: 171, value: 'y' },
      ],
    ],
    ['%V %v%K{hex8}%k', '3 a\nb02kk', [{ key: 'kk', value: 'a\nb' }]],
  ])('reads %s', (format, input, expected) => {
    expect(read(format, input)).toMatchObject(expected)
  })

  it('reads sizes before bytes', () => {
    const input = Buffer.from([0, 0, 0, 2, 0x61, 0x0a, 0, 0, 0, 0])
    expect(read('%V{big32}%v', input)).toMatchObject([{ value: 'a\n' }, { value: '' }])
  })

  it.each(['%q\\n', 'text', '%k%v\\n', '%v{octal}\\n', '%p{hexx}\\n'])('refuses %s', (format) => {
    expect(() => formatParser(format)).toThrow(UsageError)
  })

  it('says which record does not fit', () => {
    expect(() => read('%k:%v\\n', 'a:b\nc')).toThrow(/within record 2/)
    expect(() => read('%p:%v\\n', '1:b\nx:c\n')).toThrow(/Record 2 has no number/)
    expect(() => read('<%v>\\n', '<a>\n(b)\n')).toThrow(/Record 2 does not fit/)
  })
})

describe('records from NDJSON', () => {
  const read = (input: string) => parse(ndjsonParser, input)

  it('reads what each line says', () => {
    expect(
      read(
        [
          '{"key":"k","value":"ä"}',
          '',
          '{"value":{"n":1},"headers":{"h":"1"},"partition":2,"timestamp":"2026-11-28T00:00:00Z"}',
          '{"key":{"base64":"azE="},"value":null,"headers":[{"key":"h","value":null}],"topic":"o","timestamp":5}',
        ].join('\n'),
      ),
    ).toMatchObject([
      { key: 'k', value: 'ä', headers: [] },
      { key: null, value: '{"n":1}', partition: 2, timestamp: Date.parse('2026-11-28') },
      { key: 'k1', value: null, topic: 'o', timestamp: 5, headers: [{ key: 'h', value: null }] },
    ])
  })

  it('names the line that is none', () => {
    expect(() => read('{"value":"a"}\n[1]\n')).toThrow(/Line 2/)
    expect(() => read('{"value":"a","timestamp":"soon"}\n')).toThrow(/Line 1 has no time/)
  })

  it.each([
    ['{"value":"a","partition":"1"}', /Line 1 has a partition that is none: "1"/],
    ['{"value":"a","partition":-1}', /Line 1 has a partition/],
    ['{"value":"a","topic":7}', /Line 1 has a topic/],
    ['{"value":"a","headers":[null]}', /Line 1 has a list of headers/],
    ['{"value":"a","headers":"h=1"}', /Line 1 has a list of headers/],
    ['{"value":"a","timestamp":1.5}', /Line 1 has no time/],
  ])('refuses %s, which would be another record otherwise', (line, sentence) => {
    expect(() => read(`${line}\n`)).toThrow(sentence)
  })
})
