import { MemoryNetwork, type Network, systemNetwork, TestClock } from '@sluice/effects'
import {
  ApiVersions,
  encodeRequestFrame,
  encodeResponseFrame,
  Heartbeat,
  LeaveGroup,
  Metadata,
  Produce,
} from '@sluice/wire'
import { afterEach, describe, expect, test } from 'vitest'
import { Connection } from './connection.ts'
import { ConnectionClosedError, UnsupportedVersionError } from './errors.ts'
import { type Answer, type SeenRequest, startFakeBroker, versionsAnswer } from './testing/fake-broker.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

async function connectTo(
  answer: (seen: SeenRequest) => Answer,
  options: {
    network?: Network
    clock?: TestClock
    requestTimeoutMs?: number
    responseBytesMax?: number
  } = {},
) {
  const network = options.network ?? new MemoryNetwork()
  const broker = await startFakeBroker(network, answer)
  const connection = await Connection.open({
    host: '127.0.0.1',
    port: broker.port,
    clientId: 'test',
    ...options,
    network,
  })
  opened.push(broker, connection)
  return { broker, connection }
}

const heartbeatAnswer = ({ header }: SeenRequest, errorCode: number): Buffer =>
  encodeResponseFrame(Heartbeat, header.requestApiVersion, header.correlationId, { errorCode })

describe.each([
  ['in memory', () => new MemoryNetwork()],
  ['over TCP', systemNetwork],
] as const)('requests %s', (_name, makeNetwork) => {
  test('reach the broker whole and get their response', async () => {
    const { broker, connection } = await connectTo((seen) => heartbeatAnswer(seen, 27), {
      network: makeNetwork(),
    })
    const response = await connection.send(Heartbeat, 4, { groupId: 'g', memberId: 'm', generationId: 3 })
    expect(response.errorCode).toBe(27)
    expect(broker.seen[0]?.header).toEqual({
      requestApiKey: 12,
      requestApiVersion: 4,
      correlationId: 1,
      clientId: 'test',
    })
    expect(broker.seen[0]?.request).toEqual({
      groupId: 'g',
      memberId: 'm',
      generationId: 3,
      groupInstanceId: null,
    })
  })

  test('in flight together get their own responses', async () => {
    const { connection } = await connectTo(
      (seen) => heartbeatAnswer(seen, (seen.request as { generationId: number }).generationId),
      {
        network: makeNetwork(),
      },
    )
    const generations = [...Array(50).keys()]
    const responses = await Promise.all(
      generations.map((generationId) =>
        connection.send(Heartbeat, 4, { groupId: 'g', memberId: 'm', generationId }),
      ),
    )
    expect(responses.map(({ errorCode }) => errorCode)).toEqual(generations)
  })

  test('may be answered with more than a read holds', async () => {
    const host = 'h'.repeat(30_000)
    const brokers = [...Array(10).keys()].map((nodeId) => ({ nodeId, host, port: 1 }))
    const { connection } = await connectTo(
      ({ header }) => encodeResponseFrame(Metadata, 12, header.correlationId, { brokers }),
      { network: makeNetwork() },
    )
    const response = await connection.send(Metadata, 12, { topics: null })
    expect(response.brokers.map((broker) => broker.host.length)).toEqual(Array(10).fill(30_000))
  })
})

describe('versions', () => {
  test('are asked for once, and the newest that both have is used', async () => {
    const { broker, connection } = await connectTo((seen) =>
      seen.api === ApiVersions
        ? versionsAnswer(seen, [
            [18, 0, 4],
            [12, 0, 3],
          ])
        : heartbeatAnswer(seen, 0),
    )
    await connection.request(Heartbeat, { groupId: 'g', memberId: 'm' })
    await connection.request(Heartbeat, { groupId: 'g', memberId: 'm' })
    expect(broker.seen.map(({ api, header }) => [api.name, header.requestApiVersion])).toEqual([
      ['ApiVersions', 5],
      ['Heartbeat', 3],
      ['Heartbeat', 3],
    ])
  })

  test('without one in common are refused', async () => {
    const { connection } = await connectTo((seen) => versionsAnswer(seen, [[0, 0, 2]]))
    await expect(connection.versionFor(Produce)).rejects.toThrow(UnsupportedVersionError)
    await expect(connection.versionFor(LeaveGroup)).rejects.toThrow(UnsupportedVersionError)
  })

  test.each([
    ['that lists its versions is asked again in its newest', [[18, 0, 3]] as [number, number, number][], 3],
    ['that lists none is asked in version 0', [], 0],
  ])('of an older broker %s', async (_name, listed, expected) => {
    const { broker, connection } = await connectTo((seen) =>
      seen.header.requestApiVersion > expected
        ? versionsAnswer(seen, listed, 35, 0)
        : versionsAnswer(seen, [[12, 0, 4]]),
    )
    expect(await connection.versionFor(Heartbeat)).toBe(4)
    expect(broker.seen.map(({ header }) => header.requestApiVersion)).toEqual([5, expected])
  })
})

describe('a connection that fails', () => {
  test('is reported where nothing listens', async () => {
    const options = { network: new MemoryNetwork(), host: '127.0.0.1', port: 9 }
    await expect(Connection.open(options)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('rejects what waits when the broker hangs up, and what comes later', async () => {
    const { connection } = await connectTo(() => 'close')
    const waiting = [connection.send(Heartbeat, 4, {}), connection.send(Heartbeat, 4, {})]
    for (const each of await Promise.allSettled(waiting))
      expect(each).toMatchObject({ status: 'rejected', reason: expect.any(ConnectionClosedError) })
    await connection.closed
    expect(connection.isClosed).toBe(true)
    await expect(connection.send(Heartbeat, 4, {})).rejects.toThrow(ConnectionClosedError)
  })

  test('rejects what waits when it is closed here', async () => {
    const { connection } = await connectTo(() => null)
    const waiting = connection.send(Heartbeat, 4, {})
    const rejected = expect(waiting).rejects.toThrow(ConnectionClosedError)
    await connection.close()
    await rejected
  })

  test('ends when an answer comes for another request', async () => {
    const { connection } = await connectTo(({ header }) =>
      encodeResponseFrame(Heartbeat, 4, header.correlationId + 7, { errorCode: 0 }),
    )
    await expect(connection.send(Heartbeat, 4, {})).rejects.toThrow(/an answer to 8, expected one to 1/)
  })

  test.each([
    ['larger than allowed', 0x7fffffff],
    ['negative', -2],
    ['too small for a header', 3],
  ])('ends when a response says it is %s', async (_name, size) => {
    const frame = Buffer.alloc(8)
    frame.writeInt32BE(size)
    const { connection } = await connectTo(() => frame)
    await expect(connection.send(Heartbeat, 4, {})).rejects.toThrow(/a frame of/)
    expect(await connection.closed).toBeInstanceOf(Error)
  })

  test('ends when an answer does not come in time', async () => {
    const clock = new TestClock()
    const { connection } = await connectTo(() => null, { clock, requestTimeoutMs: 1000 })
    const rejected = expect(connection.send(Heartbeat, 4, {})).rejects.toThrow(/no answer within 1000 ms/)
    await clock.advance(1000)
    await rejected
    expect(clock.pending).toBe(0)
  })

  test('refuses a response with bytes left over', async () => {
    const { connection } = await connectTo((seen) => {
      const frame = Buffer.concat([heartbeatAnswer(seen, 0), Buffer.alloc(3)])
      frame.writeInt32BE(frame.length - 4)
      return frame
    })
    await expect(connection.send(Heartbeat, 4, {})).rejects.toThrow(/3 bytes behind a Heartbeat 4 response/)
  })
})

test('raw bytes are sent as they are and answered by the next frame', async () => {
  const { broker, connection } = await connectTo((seen) => heartbeatAnswer(seen, 5))
  const request = { groupId: 'g', memberId: 'm', generationId: 3 }
  const answer = await connection.sendFrame(encodeRequestFrame(Heartbeat, 0, 99, 'raw', request))
  expect(answer.toString('hex')).toBe('000000630005')
  expect(broker.seen[0]?.header.clientId).toBe('raw')
})

test('what has no answer does not wait for one', async () => {
  const { broker, connection } = await connectTo((seen) =>
    seen.api === Produce ? null : heartbeatAnswer(seen, 0),
  )
  connection.sendWithoutAnswer(Produce, 9, { acks: 0 })
  await connection.send(Heartbeat, 4, {})
  expect(broker.seen.map(({ api }) => api.name)).toEqual(['Produce', 'Heartbeat'])
})
