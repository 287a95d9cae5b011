import type { HttpResponse } from '../../http/message.ts'
import { type Form, isObject, type Shape } from '../codec.ts'
import type { AwsService } from '../service.ts'

/** What the protocols that speak JSON share. */

export function parseJson(body: Buffer, { badInput }: Pick<AwsService, 'badInput'>): Shape {
  if (body.length === 0) return {}
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw badInput(`The request body is not valid JSON: ${(error as Error).message}`)
  }
  if (!isObject(json)) throw badInput('The request body must be a JSON object.')
  return json
}

export function jsonResponse(status: number, json: Shape, contentType: string): HttpResponse {
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(JSON.stringify(json)) }
}

export const base64Text: Form<Uint8Array> = {
  kind: 'a base64 text',
  decode: (value) =>
    typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
      ? Buffer.from(value, 'base64')
      : undefined,
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
}

export const isoTimestamp: Form<Date> = {
  kind: 'an ISO 8601 timestamp',
  decode: (value) =>
    typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value) : undefined,
  encode: (time) => time.toISOString(),
}
