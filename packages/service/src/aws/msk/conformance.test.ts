import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../http/message.ts'
import { type Member, type Operation, parseServiceSchema, type Type } from '../schema.ts'
import * as kafka from '../schemas/kafka.generated.ts'
import { startTestService } from '../testing/test-service.ts'
import { memberRules, type Rule } from './constraints.ts'

// Every operation of the model with inputs that it must refuse, made from the schema: a required member that is missing, and
// one of another type.

const schema = parseServiceSchema(kafka)
const uuid = '6d8b5f5e-1111-4222-8333-944444444444-1'
const arn = `arn:aws:kafka:us-east-1:000000000000:cluster/x/${uuid}`

/** The required members of a structure, as they stand in JSON. */
function sampleOf(structure: string, isMeant: (member: Member) => boolean = () => true) {
  const members = schema.structure(structure).members.filter((member) => member.required && isMeant(member))
  return Object.fromEntries(
    members.map(({ name, wire, type }) => [
      wire,
      memberRules[`${structure}.${name}`]?.oneOf?.[0] ?? sample(type),
    ]),
  )
}

/** Something of the type. */
function sample(type: Type): unknown {
  switch (type.kind) {
    case 'structure':
      return sampleOf(type.name)
    case 'list':
      return [sample(type.of)]
    case 'map':
      return {}
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'blob':
      return 'YQ=='
    default:
      return 'sample'
  }
}

const wrong = (type: Type): unknown => (type.kind === 'list' || type.kind === 'structure' ? 'text' : [1])

function outOfRange({ oneOf, min, max }: Rule, { kind }: Type): unknown[] {
  if (oneOf) return ['SOMETHING_ELSE']
  const sized = (size: number) => (kind === 'number' ? size : 'x'.repeat(size))
  return [...(min === undefined ? [] : [sized(min - 1)]), ...(max === undefined ? [] : [sized(max + 1)])]
}

const bodyMembers = ({ input }: Operation): Member[] =>
  input === null ? [] : schema.structure(input).members.filter(({ place }) => place === 'body')

function withBody({ input }: Operation, change: Record<string, unknown>): Buffer {
  const required = input === null ? {} : sampleOf(input, ({ place }) => place === 'body')
  return Buffer.from(JSON.stringify({ ...required, ...change }))
}

describe('every operation', () => {
  const service = startTestService({ acceptAnySignature: true })
  const call = async ({ method, uri }: Operation, body: Buffer, query = ''): Promise<HttpResponse> => {
    const path = uri.replace(/\{(\w+)\}/g, (_, label) => encodeURIComponent(label === 'Revision' ? '1' : arn))
    return (await service).handle({ method, target: path + query, headers: [], body })
  }
  const refusal = ({ status, headers, body }: HttpResponse) => ({
    status,
    name: headers['x-amzn-errortype'],
    parameter: JSON.parse(String(body)).invalidParameter,
  })
  const bad = (parameter: string) => ({ status: 400, name: 'BadRequestException', parameter })

  it('is served', async () => {
    for (const operation of schema.operations) {
      const { status, headers } = await call(operation, withBody(operation, {}))
      expect([operation.name, status === 501 || status === 500]).toEqual([operation.name, false])
      expect(headers['x-amzn-errortype']).not.toBe('UnknownOperationException')
    }
  })

  it('refuses what lacks a required member of its body', async () => {
    let calls = 0
    for (const operation of schema.operations)
      for (const member of bodyMembers(operation).filter(({ required }) => required)) {
        const answer = await call(operation, withBody(operation, { [member.wire]: undefined }))
        expect([operation.name, refusal(answer)]).toEqual([operation.name, bad(member.wire)])
        calls++
      }
    expect(calls).toBe(45)
  })

  it('refuses members of its body that are of another type', async () => {
    let calls = 0
    for (const operation of schema.operations)
      for (const { wire, type } of bodyMembers(operation)) {
        const answer = await call(operation, withBody(operation, { [wire]: wrong(type) }))
        expect([operation.name, refusal(answer)]).toEqual([operation.name, bad(wire)])
        calls++
      }
    expect(calls).toBe(93)
  })

  it('refuses members of its body that are out of range', async () => {
    let calls = 0
    for (const operation of schema.operations)
      for (const { name, wire, type } of bodyMembers(operation))
        for (const value of outOfRange(memberRules[`${operation.input}.${name}`] ?? {}, type)) {
          const answer = await call(operation, withBody(operation, { [wire]: value }))
          expect([operation.name, refusal(answer)]).toEqual([operation.name, bad(wire)])
          calls++
        }
    expect(calls).toBe(25)
  })

  it('refuses pages of no size, of too large a one, and after a token that is none', async () => {
    const lists = schema.operations.filter(
      ({ input }) =>
        input !== null && schema.structure(input).members.some(({ name }) => name === 'MaxResults'),
    )
    for (const operation of lists)
      for (const size of ['0', '101', 'x', '1.5']) {
        const answer = await call(operation, Buffer.alloc(0), `?maxResults=${size}`)
        expect([operation.name, size, refusal(answer)]).toEqual([operation.name, size, bad('maxResults')])
      }
    expect(lists.length).toBeGreaterThan(12)
    const [withoutCluster] = lists.filter(({ name }) => name === 'ListClusters')
    for (const token of ['x', Buffer.from('[1,"a"]').toString('base64url')]) {
      const answer = withoutCluster && (await call(withoutCluster, Buffer.alloc(0), `?nextToken=${token}`))
      expect(answer && refusal(answer)).toEqual(bad('nextToken'))
    }
  })
})
