import { describe, expect, it } from 'vitest'
import { parseJavaProperties } from './java-properties.ts'

function parse(text: string | Uint8Array) {
  const result = parseJavaProperties(typeof text === 'string' ? Buffer.from(text) : text)
  if ('problem' in result) throw new Error(result.problem)
  return result.properties
}

describe('Java properties', () => {
  it.each([
    ['equals', 'a=b', { a: 'b' }],
    ['blanks around', '  a  =  b c ', { a: 'b c ' }],
    ['a colon', 'a:b', { a: 'b' }],
    ['a blank as separator', 'a b', { a: 'b' }],
    ['one separator only', 'a = = b', { a: '= b' }],
    ['no value', 'a\nb=\nc:', { a: '', b: '', c: '' }],
    ['comments and empty lines', '# x=1\n  ! y=2\n\n \t\na=b # no comment', { a: 'b # no comment' }],
    ['all line ends', 'a=1\rb=2\r\nc=3', { a: '1', b: '2', c: '3' }],
    ['continuation lines', 'a=1,\\\n    2,\\\n  3\nb=4', { a: '1,2,3', b: '4' }],
    ['no continuation after an even number of backslashes', 'a=1\\\\\nb=2', { a: '1\\', b: '2' }],
    ['a comment sign in a continuation', 'a=1\\\n#2', { a: '1#2' }],
    ['a continuation at the end', 'a=1\\', { a: '1' }],
    ['escaped separators in a name', 'a\\ b\\=c\\:d=e', { 'a b=c:d': 'e' }],
    ['escapes', 'a=\\t\\n\\r\\f\\u0041\\z\\\\', { a: '\t\n\r\fAz\\' }],
    ['the last of two', 'a=1\na=2', { a: '2' }],
    ['names of the prototype', '__proto__=1\nconstructor=2', { ['__proto__']: '1', constructor: '2' }],
  ])('take %s', (_what, text, properties) => {
    expect(Object.entries(parse(text))).toEqual(Object.entries(properties))
  })

  it('are UTF-8, or ISO 8859-1 where that is not valid', () => {
    expect(parse('a=ü')).toEqual({ a: 'ü' })
    expect(parse(Buffer.from('a=\xfc', 'latin1'))).toEqual({ a: 'ü' })
  })

  it('with a malformed escape name the line', () => {
    expect(parseJavaProperties(Buffer.from('a=1\nb=\\u00g1'))).toEqual({
      problem: expect.stringMatching(/^Line 2 has a malformed/),
    })
  })
})
