import { EventStreamCodec } from '@smithy/core/event-streams'
import { seededRandom } from '@sluice/effects'
import { expect, it } from 'vitest'
import { invalidArgument, serialization } from '../kinesis/exceptions.ts'
import { constrain } from '../kinesis/constraints.ts'
import { parseServiceSchema } from '../schema.ts'
import * as kinesis from '../schemas/kinesis.generated.ts'
import type { AwsService } from '../service.ts'
import { cbor11 } from './cbor.ts'
import { decodeCbor } from './cbor-values.ts'
import type { Protocol } from './protocol.ts'
import { json11 } from './targeted-json.ts'

// Frames, as the official codec of the SDK reads them. A failure is a seed:
//   SLUICE_FUZZ_SEED=n [SLUICE_FUZZ_ROUNDS=m] npx vitest run packages/service/src/aws/protocols/event-stream.test.ts

const seed = Number(process.env['SLUICE_FUZZ_SEED'] ?? 1)
const rounds = Number(process.env['SLUICE_FUZZ_ROUNDS'] ?? 1)

const service: AwsService = {
  signingName: 'kinesis',
  protocols: ['json-1.1', 'cbor-1.1'],
  schema: parseServiceSchema(kinesis),
  handlers: new Map(),
  constrain,
  badInput: serialization,
}
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
)
const operation = service.schema.operation('SubscribeToShard')

interface Event {
  Records: { SequenceNumber: string; PartitionKey: string; Data: Uint8Array }[]
  ContinuationSequenceNumber: string
  MillisBehindLatest: number
}

/** All bytes of an answer that has these events, and ends with an exception where one is given. */
async function bytesOf(protocol: Protocol, events: readonly Event[], exception?: Error): Promise<Buffer> {
  async function* stream() {
    for (const event of events) yield { SubscribeToShardEvent: event }
    if (exception) throw exception
  }
  if (!operation) throw new Error('there is SubscribeToShard')
  const { body, rest } = protocol.of(service).success(operation, { EventStream: stream() }, 'request')
  const chunks = [body]
  for await (const chunk of rest ?? []) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What the official codec makes of them; throws what it does. */
function messagesIn(bytes: Buffer) {
  const messages = []
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const { headers, body } = codec.decode(bytes.subarray(at, at + bytes.readUInt32BE(at)))
    const valueOf = (name: string) => headers[name]?.value
    messages.push({
      event: valueOf(':event-type'),
      exception: valueOf(':exception-type'),
      body: Buffer.from(body),
    })
  }
  return messages
}

const protocols = [
  { protocol: json11, read: (body: Buffer) => JSON.parse(String(body)) as unknown },
  { protocol: cbor11, read: (body: Buffer) => decodeCbor(body) },
]

it.each(protocols)('$protocol.name: events are read as they were given', async ({ protocol, read }) => {
  const random = seededRandom(seed)
  for (let round = 0; round < 100 * rounds; round++) {
    const events = Array.from(
      { length: random.int(5) },
      (): Event => ({
        Records: Array.from({ length: random.int(4) }, (_, n) => ({
          SequenceNumber: String(n),
          PartitionKey: String.fromCodePoint(0x20 + random.int(0xd000)).repeat(1 + random.int(20)),
          Data: random.bytes(random.int(random.int(4) === 0 ? 70_000 : 50)),
        })),
        ContinuationSequenceNumber: String(random.int(1_000_000)),
        MillisBehindLatest: random.int(1_000_000),
      }),
    )
    const [first, ...others] = messagesIn(await bytesOf(protocol, events))
    expect(first).toMatchObject({ event: 'initial-response' })
    const found = others.map(({ event, body }) => ({ event, content: read(body) as Event }))
    expect(found.map(({ event }) => event)).toEqual(events.map(() => 'SubscribeToShardEvent'))
    const dataOf = (data: unknown) =>
      typeof data === 'string' ? data : Buffer.from(data as Uint8Array).toString('base64')
    const plain = (event: Event) => ({
      ...event,
      Records: event.Records.map((record) => ({ ...record, Data: dataOf(record.Data) })),
    })
    expect(found.map(({ content }) => plain(content))).toEqual(events.map(plain))
  }
})

it.each(protocols)('$protocol.name: what ends them is an exception', async ({ protocol, read }) => {
  const messages = messagesIn(await bytesOf(protocol, [], invalidArgument('Nö.')))
  expect(messages.at(-1)).toMatchObject({ exception: 'InvalidArgumentException' })
  expect(read(messages.at(-1)?.body ?? Buffer.alloc(0))).toEqual({ message: 'Nö.' })
})

it('no byte of a frame can be another without that being seen', async () => {
  const random = seededRandom(seed)
  const event = { Records: [], ContinuationSequenceNumber: '1', MillisBehindLatest: 0 }
  const whole = await bytesOf(json11, [event])
  const frame = whole.subarray(whole.readUInt32BE(0))
  for (let at = 0; at < frame.length; at++) {
    const changed = Buffer.from(frame)
    changed[at] = (changed[at] ?? 0) ^ (1 + random.int(255))
    expect(() => codec.decode(changed)).toThrow()
  }
})
