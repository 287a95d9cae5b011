import { isAscii } from 'node:buffer'
import type { HttpResponse } from '../../http/message.ts'
import { type Form, isObject, type Shape } from '../codec.ts'
import type { AwsService } from '../service.ts'

/** What the protocols that speak JSON share. */

export function parseJson(body: Buffer, { badInput }: Pick<AwsService, 'badInput'>): Shape {
  if (body.length === 0) return {}
  let json: unknown
  try {
    json = JSON.parse(textOf(body))
  } catch (error) {
    throw badInput(`The request body is not valid JSON: ${(error as Error).message}`)
  }
  if (!isObject(json)) throw badInput('The request body must be a JSON object.')
  return json
}

/** Text of ASCII alone is decoded, and then read, several times as fast. */
function textOf(body: Buffer): string {
  return isAscii(body) ? body.toString('latin1') : new TextDecoder('utf-8', { fatal: true }).decode(body)
}

export function jsonResponse(status: number, json: Shape, contentType: string): HttpResponse {
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(JSON.stringify(json)) }
}

export const base64Text: Form<Uint8Array> = {
  kind: 'a base64 text',
  decode: (value) => (typeof value === 'string' ? bytesOf(value) : undefined),
  encode: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
}

/** Which letters say nothing beyond the last byte, by how many `=` follow. */
const lastLetters: Readonly<Record<number, string>> = { 1: 'AEIMQUYcgkosw048', 2: 'AQgw' }

/**
 * Node passes over what is not base64, and takes the letters of base64url: what has as many bytes as its length says, and none of
 * these letters, has nothing else in it. Ten times as fast as to look at each letter.
 */
function bytesOf(text: string): Buffer | undefined {
  const { length } = text
  if (length % 4 !== 0 || text.includes('-') || text.includes('_')) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (padding > 0 && text.indexOf('=') !== length - padding) return undefined
  if (padding > 0 && !(lastLetters[padding] ?? '').includes(text.charAt(length - padding - 1)))
    return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === (length / 4) * 3 - padding ? bytes : undefined
}

export const isoTimestamp: Form<Date> = {
  kind: 'an ISO 8601 timestamp',
  decode: (value) => (typeof value === 'string' ? new Date(value) : undefined),
  encode: (time) => time.toISOString(),
}
