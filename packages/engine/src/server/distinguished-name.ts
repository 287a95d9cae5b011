/** The attributes that RFC 2253 has names for; Java writes all others by their number. */
const namedAttributes = new Set(['CN', 'C', 'O', 'OU', 'L', 'ST', 'STREET', 'DC', 'UID'])
const attributeNumbers: Readonly<Record<string, string>> = {
  emailAddress: '1.2.840.113549.1.9.1',
  serialNumber: '2.5.4.5',
  SN: '2.5.4.4',
  GN: '2.5.4.42',
  title: '2.5.4.12',
  dnQualifier: '2.5.4.46',
}
const printableString = 0x13
const ia5String = 0x16
const utf8String = 0x0c

/**
 * A certificate's subject as Apache Kafka names it: as RFC 2253 wants it, the last attribute first (`CN=alice,O=Acme`).
 * `subject` has an attribute a line, the first one first, escaped as RFC 2253 wants it.
 */
export function distinguishedName(subject: string): string {
  return subject
    .split('\n')
    .filter((line) => line !== '')
    .reverse()
    .map((line) =>
      line
        .split(/(?<!\\) \+ /)
        .map(attribute)
        .join('+'),
    )
    .join(',')
}

function attribute(text: string): string {
  const at = text.indexOf('=')
  const name = text.slice(0, at)
  if (namedAttributes.has(name)) return text
  const number = attributeNumbers[name] ?? name
  return `${number}=#${encoded(name, unescaped(text.slice(at + 1)))}`
}

/** The DER of a string of fewer than 65,536 bytes, hex. */
function encoded(name: string, value: string): string {
  const bytes = Buffer.from(value)
  const type = name === 'emailAddress' ? ia5String : name === 'serialNumber' ? printableString : utf8String
  const { length } = bytes
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([type, ...size]), bytes]).toString('hex')
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([0-9A-F]{2}|.)/g, (_, code: string) =>
    code.length === 2 ? String.fromCharCode(Number.parseInt(code, 16)) : code,
  )
}
