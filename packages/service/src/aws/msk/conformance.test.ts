import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../http/message.ts'
import { type Member, type Operation, parseServiceSchema, type Type } from '../schema.ts'
import * as kafka from '../schemas/kafka.generated.ts'
import { mskSchema } from './msk-schema.ts'
import { sampleOf } from '../testing/sample-inputs.ts'
import { startTestService } from '../testing/test-service.ts'
import { ruleOf } from './constraints.ts'

// Every operation of the model with inputs that it must refuse and that no SDK would send, made from the schema.

const schema = parseServiceSchema(kafka)
const uuid = '6d8b5f5e-1111-4222-8333-944444444444-1'
const arn = `arn:aws:kafka:us-east-1:000000000000:cluster/x/${uuid}`

const wrong = (type: Type): unknown => (type.kind === 'list' || type.kind === 'structure' ? 'text' : [1])

const bodyMembers = ({ input }: Operation): Member[] =>
  input === null ? [] : schema.structure(input).members.filter(({ place }) => place === 'body')

function withBody({ input }: Operation, change: Record<string, unknown>): Buffer {
  const required = input === null ? {} : sampleOf(schema, input, { naming: 'wire', ruleOf })
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

  it('is refused by its name where only newer clients know it', async () => {
    const newer = parseServiceSchema(mskSchema).operations.filter(
      ({ name }) => !schema.operations.some((one) => one.name === name),
    )
    expect(newer).toHaveLength(9)
    for (const operation of newer) {
      const { status, body } = await call(operation, Buffer.from('{}'))
      expect([status, String(body)]).toEqual([
        501,
        expect.stringContaining(`${operation.name} is not implemented`),
      ])
    }
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

  it('refuses pages of a size that is no number, and after a token that somebody has made up', async () => {
    const lists = schema.operations.filter(
      ({ input }) =>
        input !== null && schema.structure(input).members.some(({ name }) => name === 'MaxResults'),
    )
    for (const operation of lists)
      for (const size of ['x', '1.5', '1e2']) {
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
