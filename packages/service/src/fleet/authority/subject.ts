import 'reflect-metadata'
import { Name } from '@peculiar/x509'
import { SubjectError } from './subject-error.ts'

/** Beside those that the library knows. */
const moreAttributes = {
  SERIALNUMBER: '2.5.4.5',
  STREET: '2.5.4.9',
  TITLE: '2.5.4.12',
  GN: '2.5.4.42',
  UID: '0.9.2342.19200300.100.1.1',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
}

/** Behind an even number of backslashes. */
const comma = /(?<!(?<!\\)\\(?:\\\\)*),/
const plus = /(?<!(?<!\\)\\(?:\\\\)*)\+/
const quote = /(?<!(?<!\\)\\(?:\\\\)*)"/

/** A subject that is written as RFC 2253 wants it (`CN=alice,O=Acme`): the last attribute first. */
export function nameOf(subject: string): Name {
  const names = subject.split(comma).reverse()
  return new Name(names.map(attributesOf), moreAttributes)
}

/** The library reads over what it does not understand, and of text with quotes takes what is within. */
function attributesOf(name: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const written of name.split(plus)) {
    const [, type = '', value = ''] = /^\s*([a-z]+|\d+(?:\.\d+)+)\s*=\s*(.*\S)\s*$/is.exec(written) ?? []
    const attribute = type.toUpperCase()
    const text = withoutHexPairs(value)
    if (text === '' || quote.test(text) || !isKnown(attribute, text)) throw new SubjectError(written)
    found[attribute] = [...(found[attribute] ?? []), text]
  }
  return found
}

function isKnown(attribute: string, value: string): boolean {
  try {
    return new Name([{ [attribute]: [value] }], moreAttributes).toArrayBuffer().byteLength > 0
  } catch {
    return false
  }
}

/** `\c3\9c` is `Ü`: of pairs the library knows line ends alone. */
function withoutHexPairs(value: string): string {
  return value.replaceAll(/\\\\|(?:\\[\da-f]{2})+/gi, (escaped) =>
    escaped === '\\\\'
      ? escaped
      : Buffer.from(escaped.replaceAll('\\', ''), 'hex')
          .toString()
          .replaceAll(/["#\\]/g, String.raw`\$&`),
  )
}
