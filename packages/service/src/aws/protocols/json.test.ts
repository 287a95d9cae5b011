import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AwsException } from '../exceptions.ts'
import { base64Text, parseJson } from './json.ts'

describe('base64', () => {
  const letters = fc.constantFrom(...'ABYZabyz0189+/==-_ \n.'.split(''))

  it('is what the letters say, four at a time, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), (picked) => {
        const text = picked.join('')
        const isBase64 = Buffer.from(text, 'base64').toString('base64') === text
        expect([text, base64Text.decode(text) !== undefined]).toEqual([text, isBase64])
      }),
      { numRuns: 20_000 },
    )
    for (const text of ['=', '====', 'A===', 'AA=A', '=AAA', 'AAA€', 'é'.repeat(4), '+/+=', 'AB=='])
      expect([text, base64Text.decode(text)]).toEqual([text, undefined])
  })

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const inside = new Uint8Array([0, ...bytes, 0]).subarray(1, -1)
        const text = base64Text.encode(inside) as string
        expect(text).toBe(Buffer.from(bytes).toString('base64'))
        expect([...(base64Text.decode(text) ?? [])]).toEqual([...bytes])
      }),
    )
  })
})

describe('a body in JSON', () => {
  const service = { badInput: (message: string) => new AwsException('Bad', 400, message) }

  it('is UTF-8', () => {
    const parse = (bytes: Buffer) => parseJson(bytes, service)
    expect(parse(Buffer.from('{"a":"b\\u00e9"}'))).toEqual({ a: 'bé' })
    expect(parse(Buffer.from('{"a":"é€😀"}'))).toEqual({ a: 'é€😀' })
    expect(() => parse(Buffer.from('{"a":"é"}', 'latin1'))).toThrow(AwsException)
    expect(() => parse(Buffer.from('[]'))).toThrow(AwsException)
  })
})
