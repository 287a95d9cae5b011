import { systemClock, systemRandom } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../http/message.ts'
import type { Member, Operation, Type } from './schema.ts'
import type { AwsService } from './service.ts'
import { awsServices } from './services.ts'
import { sampleOf } from './testing/sample-inputs.ts'
import { startTestService } from './testing/test-service.ts'

// The operations that are served of the services beside MSK, with inputs that they must refuse, made from their schemas: a
// required member that is missing, and members of another type. Each has to be refused by an exception of the service.

const refusals: Readonly<Record<string, readonly string[]>> = {
  'application-autoscaling': ['ValidationException'],
  kinesis: ['ValidationException', 'SerializationException'],
  logs: ['InvalidParameterException'],
  monitoring: ['InvalidParameterValueException', 'InvalidParameterValue', 'MissingParameter'],
  secretsmanager: ['InvalidParameterException', 'ValidationException'],
  sts: ['ValidationError'],
}

/** How many of each, so that none goes missing. */
const counts: Readonly<Record<string, { operations: number; missing: number; wrong: number }>> = {
  'application-autoscaling': { operations: 7, missing: 17, wrong: 40 },
  kinesis: { operations: 57, missing: 68, wrong: 208 },
  logs: { operations: 14, missing: 18, wrong: 59 },
  monitoring: { operations: 6, missing: 10, wrong: 60 },
  secretsmanager: { operations: 13, missing: 15, wrong: 46 },
  sts: { operations: 3, missing: 2, wrong: 0 },
}

const test = startTestService({ acceptAnySignature: true })

async function serviceOf(signingName: string): Promise<AwsService> {
  const { fleet, streams } = await test
  const found = awsServices(fleet, { clock: systemClock(), random: systemRandom(), streams }).find(
    (one) => one.signingName === signingName,
  )
  if (!found) throw new Error(`there is a service ${signingName}`)
  return found
}

const served = ({ schema, handlers }: AwsService) =>
  schema.operations.filter(({ name }) => handlers.has(name))

const wrong = (type: Type): unknown => (type.kind === 'list' || type.kind === 'structure' ? 'text' : [1])

const membersOf = ({ schema }: AwsService, { input }: Operation): readonly Member[] =>
  input === null ? [] : schema.structure(input).members

async function ask(service: AwsService, operation: Operation, change: Record<string, unknown>) {
  const body = {
    ...(operation.input === null ? {} : sampleOf(service.schema, operation.input, { naming: 'wire' })),
    ...change,
  }
  const isQuery = !service.protocols.some((name) => name.startsWith('json'))
  const headers: [string, string][] = isQuery
    ? [
        ['content-type', 'application/x-www-form-urlencoded'],
        // Which service it is for the signature says.
        ['x-amz-date', '20260101T000000Z'],
        [
          'authorization',
          `AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/${service.signingName}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
        ],
      ]
    : [
        ['content-type', `application/x-amz-${service.protocols.find((name) => name.startsWith('json'))}`],
        ['x-amz-target', `${service.targetPrefix}.${operation.name}`],
      ]
  const form = () =>
    new URLSearchParams([
      ['Action', operation.name],
      ['Version', '2011-06-15'],
      // Whatever its operations need is a text.
      ...Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ]).toString()
  const text = isQuery ? form() : JSON.stringify(body)
  return refusalOf(
    await (await test).handle({ method: 'POST', target: '/', headers, body: Buffer.from(text) }),
  )
}

function refusalOf({ status, body }: HttpResponse): { status: number; name: string } {
  const text = String(body)
  const name = /"__type":"(?:[^"#]*#)?(\w+)"/.exec(text)?.[1] ?? /<Code>(\w+)</.exec(text)?.[1] ?? text
  return { status, name }
}

describe.each(Object.keys(counts))('%s', (signingName) => {
  const expected = { status: 400, name: expect.toBeOneOf([...(refusals[signingName] ?? [])]) }

  it('refuses what lacks a required member', async () => {
    const service = await serviceOf(signingName)
    expect(served(service)).toHaveLength(counts[signingName]?.operations ?? 0)
    let calls = 0
    for (const operation of served(service))
      for (const { wire, name } of membersOf(service, operation).filter(({ required }) => required)) {
        const answer = await ask(service, operation, { [wire]: undefined })
        expect([operation.name, name, answer]).toEqual([operation.name, name, expected])
        calls++
      }
    expect(calls).toBe(counts[signingName]?.missing)
  })

  it('refuses members of another type', async () => {
    const service = await serviceOf(signingName)
    let calls = 0
    // Form data has texts alone.
    const operations = signingName === 'sts' ? [] : served(service)
    for (const operation of operations)
      for (const { wire, name, type } of membersOf(service, operation)) {
        const answer = await ask(service, operation, { [wire]: wrong(type) })
        expect([operation.name, name, answer]).toEqual([operation.name, name, expected])
        calls++
      }
    expect(calls).toBe(counts[signingName]?.wrong)
  })
})
