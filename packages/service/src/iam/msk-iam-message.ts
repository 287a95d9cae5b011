import { type ConnectRequest, ConnectRefused } from './connect-request.ts'

/** Of messages and answers of AWS_MSK_IAM. */
export const messageVersion = '2020_10_22'

/** The message has them in small letters; `version` and `user-agent` beside them are not signed. */
const members = [
  'Action',
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
]

/**
 * The presigned request in a message of AWS_MSK_IAM, an object of texts in JSON, as MSK's library for Java sends it.
 * Throws ConnectRefused where it is none.
 */
export function connectRequestOfMessage(message: string): ConnectRequest {
  const texts = textsOf(message)
  const version = texts.get('version')
  if (version !== messageVersion)
    throw new ConnectRefused('its version is another one than ' + messageVersion)
  const host = texts.get('host')
  if (!host) throw new ConnectRefused('it has no host')
  return {
    host,
    members: members.flatMap((name) => {
      const value = texts.get(name.toLowerCase())
      return value === undefined ? [] : [[name, value] as const]
    }),
  }
}

function textsOf(message: string): Map<string, string> {
  const value = parsed(message)
  if (typeof value !== 'object' || value === null) throw new ConnectRefused('the message is no object')
  const entries = Object.entries(value as Record<string, unknown>)
  if (entries.some(([, text]) => typeof text !== 'string'))
    throw new ConnectRefused('a member of the message is no text')
  // Of members with the same name JSON.parse keeps the last one alone.
  if (message.match(/"(?:[^"\\]|\\.)*"/g)?.length !== 2 * entries.length)
    throw new ConnectRefused('a member comes twice')
  return new Map(entries as [string, string][])
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message)
  } catch {
    // What the parser says quotes the message, and with it the signature.
    throw new ConnectRefused('the message is not JSON')
  }
}
