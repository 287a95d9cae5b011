import { expect, it } from 'vitest'
import { type Member, parseServiceSchema, type Type } from '../schema.ts'
import { kinesisSchema } from './kinesis-schema.ts'
import { startTestService } from '../testing/test-service.ts'
import { pathOf, ruleOf } from './constraints.ts'
import { validInput } from './testing/valid-inputs.ts'

// Every member of every operation just outside of its bounds, made from the schema and the rules.

const schema = parseServiceSchema(kinesisSchema)
/** Longer ones take too long to send. */
const lengthMax = 20_000

interface Case {
  operation: string
  body: Record<string, unknown>
  path: string
}

/** Values that the rule of a member does not allow. */
function badValues(structure: string, member: Member): unknown[] {
  const rule = ruleOf(structure, member)
  if (!rule) return []
  const { min, max, pattern, oneOf, each, keys, values } = rule
  const of = (length: number): unknown => {
    if (member.type.kind === 'list')
      return Array.from({ length }, () => listItem(member.type, each?.oneOf?.[0]))
    if (member.type.kind === 'map')
      return Object.fromEntries(Array.from({ length }, (_, at) => [`key-${at}`, 'a']))
    return member.type.kind === 'blob' ? Buffer.alloc(length).toString('base64') : 'a'.repeat(length)
  }
  if (member.type.kind === 'number')
    return [1.5, 2 ** 60, ...(min === undefined ? [] : [min - 1]), ...(max === undefined ? [] : [max + 1])]
  return [
    ...(min ? [of(min - 1)] : []),
    ...(max !== undefined && max < lengthMax ? [of(max + 1)] : []),
    ...['€', 'arn:aws:sqs:us-east-1:000000000000:queue'].filter((text) => pattern?.test(text) === false),
    ...(oneOf ? ['SOMETHING_ELSE', oneOf[0]?.toLowerCase()] : []),
    ...(keys ? [{ ['a'.repeat(keys.max + 1)]: 'a' }, { '': 'a' }] : []),
    ...(values ? [{ a: 'a'.repeat(values.max + 1) }] : []),
    ...(each?.oneOf ? [['SOMETHING_ELSE']] : []),
    ...(each?.max === undefined ? [] : [['a'.repeat(each.max + 1)], ['']]),
  ]
}

function listItem(type: Type, word: string | undefined): unknown {
  if (word !== undefined) return word
  return type.kind === 'list' && type.of.kind === 'structure' ? validInput(schema, type.of.name) : 'a'
}

/** With everything else of the request as it has to be; `place` puts what is made of a nested structure where it belongs. */
function casesOf(
  operation: string,
  structure: string,
  at = '',
  place: (value: Record<string, unknown>) => Record<string, unknown> = (value) => value,
): Case[] {
  return schema.structure(structure).members.flatMap((member) => {
    const path = at === '' ? member.wire : `${at}.${member.wire}`
    const body = validInput(schema, structure, member)
    const own = badValues(structure, member).map((value) => ({
      operation,
      path,
      body: place({ ...body, [member.wire]: value }),
    }))
    const { type } = member
    const inside = (value: unknown) => place({ ...body, [member.wire]: value })
    if (type.kind === 'structure') return [...own, ...casesOf(operation, type.name, path, inside)]
    if (type.kind === 'list' && type.of.kind === 'structure')
      return [...own, ...casesOf(operation, type.of.name, `${path}[0]`, (value) => inside([value]))]
    return own
  })
}

it('refuses every member that is out of its bounds, and says which and why', async () => {
  const service = await startTestService({ acceptAnySignature: true })
  let asked = 0
  for (const { name, input } of schema.operations) {
    if (input === null) continue
    for (const { operation, body, path } of casesOf(name, input)) {
      const { status, body: answer } = await service.handle({
        method: 'POST',
        target: '/',
        headers: [
          ['content-type', 'application/x-amz-json-1.1'],
          ['x-amz-target', `Kinesis_20131202.${operation}`],
        ],
        body: Buffer.from(JSON.stringify(body)),
      })
      const { __type: type, message = '' } = JSON.parse(String(answer)) as {
        __type?: string
        message?: string
      }
      const sent = `${operation} ${JSON.stringify(body).slice(0, 300)}`
      expect([sent, status, type]).toEqual([sent, 400, 'ValidationException'])
      expect([sent, message]).toEqual([
        sent,
        expect.stringMatching(
          /^(1 validation error|2 validation errors) detected: Value .* failed to satisfy constraint: M(ember|ap keys|ap value) must /s,
        ),
      ])
      expect([sent, message]).toEqual([sent, expect.stringContaining(`at '${pathOf(path)}'`)])
      asked++
    }
  }
  expect(asked).toBe(831)
  expect(service.streams.list()).toEqual([])
})
