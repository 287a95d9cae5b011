import { objectIdentifier, sequence, set, text } from './der.ts'

/** The attributes that RFC 4514 has names for, and those that people write beside them. */
const attributes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  GN: '2.5.4.42',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
  E: '1.2.840.113549.1.9.1',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
}
const printable = new Set(['C', 'SERIALNUMBER'])
const ia5 = new Set(['DC', 'E', 'EMAILADDRESS'])

/** A subject that is written as RFC 2253 wants it (`CN=alice,O=Acme`, the last attribute first) as a Name, DER. */
export function encodedSubject(subject: string): Buffer {
  const names = split(subject, ',').reverse()
  return sequence(
    ...names.map((name) =>
      set(
        ...split(name, '+')
          .map(encodedAttribute)
          .sort((a, b) => a.compare(b)),
      ),
    ),
  )
}

function encodedAttribute(written: string): Buffer {
  const at = written.indexOf('=')
  const name = written.slice(0, Math.max(at, 0)).trim().toUpperCase()
  const value = unescaped(written.slice(at + 1).trim())
  const number = attributes[name] ?? (/^\d+(\.\d+)+$/.test(name) ? name : undefined)
  if (number === undefined || value === '') throw new SubjectError(written)
  const kind = printable.has(name) ? 'printableString' : ia5.has(name) ? 'ia5String' : 'utf8String'
  return sequence(objectIdentifier(number), text(kind, value))
}

/** Nobody can be named so. */
export class SubjectError extends Error {
  constructor(attribute: string) {
    super(`"${attribute}" is no attribute of a subject, such as CN=alice`)
  }
}

/** At those that are not escaped. */
function split(written: string, separator: ',' | '+'): string[] {
  const parts = ['']
  for (const [piece] of written.matchAll(/\\.|[^\\]/gsu))
    if (piece === separator) parts.push('')
    else parts.push(`${parts.pop()}${piece}`)
  return parts
}

function unescaped(written: string): string {
  const bytes = [...written.matchAll(/\\([\da-f]{2})|\\?([^])/giu)].map(([, hex, character = '']) =>
    hex === undefined ? Buffer.from(character) : Buffer.from(hex, 'hex'),
  )
  return Buffer.concat(bytes).toString()
}
