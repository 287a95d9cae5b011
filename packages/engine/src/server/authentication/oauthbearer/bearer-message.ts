import { invalidCredentials } from '../mechanism.ts'

interface BearerMessage {
  readonly token: string
  /** As whom the client wants to be known. */
  readonly authorizationId: string | undefined
}

/** What stands before the first separator: `n,a=somebody,`. */
// oxlint-disable-next-line no-control-regex -- as Apache Kafka has it: ASCII but zero
const header = /^n,(?:a=(?<authorizationId>(?:[\x01-\x2B\x2D-\x3C\x3E-\x7F]|=2C|=3D)+))?,$/
const separator = '\u0001'

/**
 * The one message of a client of OAUTHBEARER (RFC 7628) as Apache Kafka reads it: a header, then pairs; each ends with a
 * separator, and so does their list. Throws LoginRefused where it is none.
 */
export function bearerMessage(message: string): BearerMessage {
  const [start = '', ...pairs] = message.split(separator)
  const head = header.exec(start)
  const end = pairs.splice(-2)
  const auth = pairs.filter((pair) => pair.startsWith('auth='))
  const token = /^auth=bearer +(?<token>[-\w~+/.]+=*)$/i.exec(auth[0] ?? '')?.groups?.['token']
  const isWhole = end.join('|') === '|' && pairs.every((pair) => /^[A-Za-z]+=[\x21-\x7e \t\r\n]+$/.test(pair))
  if (!head || !isWhole || token === undefined || auth.length > 1)
    throw invalidCredentials('OAUTHBEARER', 'the message is not one of OAUTHBEARER')
  const authorizationId = head.groups?.['authorizationId']?.replaceAll('=2C', ',').replaceAll('=3D', '=')
  return { token, authorizationId }
}
