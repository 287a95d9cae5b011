import { CreateStreamCommand } from '@aws-sdk/client-kinesis'
import { lineLogger, type Random, seededRandom } from '@sluice/effects'
import { afterEach, expect, it } from 'vitest'
import { decodeCbor, encodeCbor } from '../protocols/cbor-values.ts'
import { parseServiceSchema } from '../schema.ts'
import { kinesisSchema } from './kinesis-schema.ts'
import { active, iterator, page, put, start, stopAll } from './testing/test-streams.ts'
import { validInput } from './testing/valid-inputs.ts'

// Requests that no SDK would send, in CBOR and in JSON: each is answered, by an exception of the model where it is no request, and
// nothing of it is a bug. A failure is a seed:
//   SLUICE_FUZZ_SEED=n [SLUICE_FUZZ_ROUNDS=m] npx vitest run packages/service/src/aws/kinesis/fuzz.test.ts

const seed = Number(process.env['SLUICE_FUZZ_SEED'] ?? 1)
const rounds = Number(process.env['SLUICE_FUZZ_ROUNDS'] ?? 1)
const requestsEach = 4_000

const schema = parseServiceSchema(kinesisSchema)
/** Those that take a stream away would leave little to ask for. */
const operations = schema.operations.filter(({ name }) => !name.startsWith('Delete'))

afterEach(stopAll)

const protocols = ['cbor-1.1', 'rpc-v2-cbor', 'json-1.1'] as const

/** What stands where a member is: other types, the ends of numbers, texts of any kind. */
function anything(random: Random, depth = 0): unknown {
  const number = random.int(1_000_000)
  const any: (() => unknown)[] = [
    () => null,
    () => random.int(2) === 0,
    () => number - 500_000,
    () => [2 ** 53, -(2 ** 53), 1.5, 0, -1, 1e300][number % 6],
    () => String.fromCodePoint(0x20 + (number % 0xd000)).repeat(number % 300),
    () => `shardId-${number}`,
    () => String(10n ** BigInt(number % 60)),
    () => Buffer.from(random.bytes(number % 40)),
    () => Array.from({ length: number % 5 }, () => (depth < 4 ? anything(random, depth + 1) : 0)),
    () => ({ [`key-${number % 9}`]: depth < 4 ? anything(random, depth + 1) : 0, __proto__x: 1 }),
  ]
  return any[random.int(any.length)]?.()
}

/** A few members of a request, at any depth, are anything; others are not there, or stand where none is known. */
function changed(random: Random, input: Record<string, unknown>, structure: string): Record<string, unknown> {
  const { members } = schema.structure(structure)
  const result: Record<string, unknown> = { ...input }
  for (let changes = random.int(3); changes >= 0; changes--) {
    const member = members[random.int(Math.max(members.length, 1))]
    const kind = random.int(8)
    if (!member || kind === 0) result[`Other${random.int(5)}`] = anything(random)
    else if (kind === 1) delete result[member.wire]
    else if (kind < 4 && member.type.kind === 'structure')
      result[member.wire] = changed(random, validInput(schema, member.type.name), member.type.name)
    else if (kind < 6) Object.assign(result, validInput(schema, structure, member))
    else result[member.wire] = anything(random)
  }
  return result
}

/** Bytes changed, cut out, put in or cut off. */
function torn(random: Random, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes)
  for (let changes = random.int(4); changes > 0 && result.length > 0; changes--) {
    const at = random.int(result.length)
    const kind = random.int(4)
    if (kind === 0) result[at] = random.int(256)
    else if (kind === 1) result = result.subarray(0, at)
    else if (kind === 2)
      result = Buffer.concat([result.subarray(0, at), random.bytes(1 + random.int(9)), result.subarray(at)])
    else result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + random.int(9))])
  }
  return result
}

function headOf(protocol: (typeof protocols)[number], operation: string) {
  const post = (target: string, headers: [string, string][]) => ({ method: 'POST', target, headers })
  if (protocol === 'rpc-v2-cbor')
    return post(`/service/Kinesis_20131202/operation/${operation}`, [
      ['smithy-protocol', 'rpc-v2-cbor'],
      ['content-type', 'application/cbor'],
    ])
  const contentType = `application/x-amz-${protocol}`
  return post('/', [
    ['content-type', contentType],
    ['x-amz-target', `Kinesis_20131202.${operation}`],
  ])
}

function exceptionIn(body: Buffer, isJson: boolean): string {
  const answer = (isJson ? JSON.parse(String(body)) : decodeCbor(body)) as { __type?: string }
  return answer.__type ?? ''
}

/** Those of the model, and those that every service has. */
const known = new Set([
  ...Array.from(kinesisSchema.structures.matchAll(/^(\w+) <\d+>/gm), ([, name]) => name),
  ...['ValidationException', 'SerializationException', 'NotImplementedException'],
])

it(`of any bytes and members nothing is a bug (seed ${seed})`, {
  timeout: 60_000 * (1 + rounds),
}, async () => {
  const bugs: string[] = []
  const logger = lineLogger(
    (line) => bugs.push(line),
    'error',
    () => 0,
  )
  const { service, kinesis: client } = await start({ acceptAnySignature: true, logger })
  await client.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }))
  await active(client)
  const random = seededRandom(seed)
  const counts = { answered: 0, refused: 0 }
  for (let n = 0; n < requestsEach * rounds; n++) {
    const { name, input } = operations[random.int(operations.length)] ?? { name: '', input: null }
    const protocol = protocols[n % protocols.length] ?? 'json-1.1'
    const isJson = protocol === 'json-1.1'
    const shape = input === null ? {} : changed(random, validInput(schema, input), input)
    const whole = isJson ? Buffer.from(JSON.stringify(shape)) : encodeCbor(shape)
    const body = random.int(2) === 0 ? whole : torn(random, whole)
    const { status, body: answer } = await service.handle({ ...headOf(protocol, name), body })
    const sent = `request ${n}, ${protocol} ${name} ${body.toString('hex').slice(0, 400)}`
    if (status === 200) counts.answered++
    else {
      counts.refused++
      const exception = exceptionIn(answer, isJson)
      expect([sent, status < 500 || exception === 'NotImplementedException']).toEqual([sent, true])
      expect([sent, exception, known.has(exception)]).toEqual([sent, exception, true])
    }
  }
  expect(bugs).toEqual([])
  expect(counts.answered).toBeGreaterThan(requestsEach / 50)
  expect(counts.refused).toBeGreaterThan(requestsEach / 2)
  // Whoever comes after it is served.
  await active(client)
  await put(client, 'after')
  const { texts } = await page(client, await iterator(client))
  expect(texts.at(-1)).toBe('after')
})
