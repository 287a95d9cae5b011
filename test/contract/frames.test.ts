import { ApiVersions, encodeRequestFrame, Fetch, Metadata, Produce } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import {
  batch,
  byChance,
  createTopic,
  fetchRequest,
  produceRequest,
  type Topic,
  uniqueName,
} from './fixture.ts'
import { Peer } from './peer.ts'

describe('frames', () => {
  let engine: Engine
  let peer: Peer
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  /** After whatever happened on another connection, the broker serves this one. */
  const stillServes = async () =>
    expect((await peer.send(Metadata, 1, { topics: [] })).brokers).toHaveLength(1)

  const metadataFrame = encodeRequestFrame(Metadata, 1, 5, 'contract', { topics: [] })
  const sized = (size: number, rest = Buffer.alloc(0)) => {
    const head = Buffer.alloc(4)
    head.writeInt32BE(size)
    return Buffer.concat([head, rest])
  }
  /** API key, version, correlation id, no client id, then the rest. */
  const request = (apiKey: number, version: number, body = Buffer.alloc(0)) => {
    const header = Buffer.alloc(10)
    header.writeInt16BE(apiKey, 0)
    header.writeInt16BE(version, 2)
    header.writeInt32BE(9, 4)
    header.writeInt16BE(-1, 8)
    return sized(header.length + body.length, Buffer.concat([header, body]))
  }

  describe('that close the connection', () => {
    const cases: [string, Buffer][] = [
      ['larger than socket.request.max.bytes', sized(104_857_601)],
      ['of 2 GB', sized(0x7fffffff)],
      ['of a negative size', sized(-1)],
      ['of no bytes', sized(0)],
      ['that end in the header', sized(3, Buffer.from([0, 3, 0]))],
      ['that end in the body', sized(12, Buffer.from('000300010000000100000000', 'hex').subarray(0, 12))],
      ['of an unknown API', request(999, 0)],
      ['of a negative API', request(-1, 0)],
      ['of a removed API', request(4, 0)],
      ['of an API that only controllers serve', request(52, 0)],
      ['of an unknown version', request(3, 99, Buffer.alloc(4))],
      ['of a negative version', request(3, -1, Buffer.alloc(4))],
      ['of Produce before version 3', request(0, 2, Buffer.alloc(20))],
      ['of an array with more elements than bytes', request(3, 1, Buffer.from('7fffffff', 'hex'))],
      ['of a string beyond its end', request(3, 1, Buffer.from('000000017fff6162', 'hex'))],
      ['of what is not Kafka at all', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
      ['of a TLS greeting', Buffer.from('16030100c8010000c40303000000000000', 'hex')],
    ]
    it.each(cases)('those %s', async (_, bytes) => {
      const other = await Peer.open(engine.bootstrap)
      other.write(bytes)
      await other.closed
      await stillServes()
    })

    it('only after answers to what came before', async () => {
      const other = await Peer.open(engine.bootstrap)
      other.write(Buffer.concat([metadataFrame, sized(-1)]))
      expect((await other.nextFrame()).readInt32BE(0)).toBe(5)
      await other.closed
    })
  })

  it('may come in any pieces', async () => {
    const other = await Peer.open(engine.bootstrap)
    for (const byte of metadataFrame) {
      other.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await other.nextFrame()).readInt32BE(0)).toBe(5)
    other.close()
  })

  it('that were cut off by their client do no harm', async () => {
    const other = await Peer.open(engine.bootstrap)
    other.write(metadataFrame.subarray(0, 7))
    other.close()
    await stillServes()
  })

  it('may have a null client id', async () => {
    const frame = encodeRequestFrame(ApiVersions, 0, 6, null, {})
    expect((await peer.exchange(frame)).readInt32BE(0)).toBe(6)
  })

  it('may have tagged fields that nobody knows', async () => {
    const frame = encodeRequestFrame(Metadata, 9, 6, 'contract', { topics: [] })
    // One tag, number 99, of three bytes, in place of the empty list at the end.
    const tagged = Buffer.concat([frame.subarray(0, -1), Buffer.from([1, 99, 3, 1, 2, 3])])
    tagged.writeInt32BE(tagged.length - 4, 0)
    expect((await peer.exchange(tagged)).readInt32BE(0)).toBe(6)
  })

  describe('that overlap', () => {
    it('are answered in their order', async () => {
      const other = await Peer.open(engine.bootstrap)
      const frames = Array.from({ length: 200 }, (_, index) =>
        index % 2
          ? encodeRequestFrame(ApiVersions, 1, index, 'contract', {})
          : encodeRequestFrame(Metadata, 1, index, 'contract', {}),
      )
      other.write(Buffer.concat(frames))
      for (let index = 0; index < frames.length; index++)
        expect((await other.nextFrame()).readInt32BE(0)).toBe(index)
      other.close()
    })

    let topic: Topic
    it('wait for a long poll before them', async () => {
      topic = await createTopic(peer)
      const other = await Peer.open(engine.bootstrap)
      const poll = fetchRequest(topic, { version: 12, maxWaitMs: 300 })
      other.write(
        Buffer.concat([
          encodeRequestFrame(Fetch, 12, 1, 'contract', poll),
          encodeRequestFrame(Metadata, 1, 2, 'contract', { topics: [] }),
          encodeRequestFrame(Produce, 9, 3, 'contract', produceRequest(topic, batch(['x']))),
          encodeRequestFrame(Fetch, 12, 4, 'contract', poll),
        ]),
      )
      const order = []
      for (let index = 0; index < 4; index++) order.push((await other.nextFrame()).readInt32BE(0))
      expect(order).toEqual([1, 2, 3, 4])
      other.close()
    })

    it('take effect in their order', async () => {
      const own = await createTopic(peer)
      const other = await Peer.open(engine.bootstrap)
      const values = Array.from({ length: 100 }, (_, index) => `value ${index}`)
      const answers = await Promise.all(
        values.map((value) => other.send(Produce, 9, produceRequest(own, batch([value])))),
      )
      const offsets = answers.map((answer) => answer.responses[0]?.partitionResponses[0]?.baseOffset)
      expect(offsets).toEqual(values.map((_, index) => index))
      other.close()
    })
  })

  it('of many connections are served side by side', async () => {
    const name = uniqueName('crowd')
    const own = await createTopic(peer, { name })
    const crowd = await Promise.all(Array.from({ length: 50 }, () => Peer.open(engine.bootstrap)))
    const answers = await byChance(() =>
      Promise.all(
        crowd.map((each, index) => each.send(Produce, 9, produceRequest(own, batch([`${index}`])))),
      ),
    )
    const offsets = answers.map((answer) => answer.responses[0]?.partitionResponses[0]?.baseOffset ?? -1)
    expect(offsets.toSorted((a, b) => Number(a) - Number(b))).toEqual(crowd.map((_, index) => index))
    for (const each of crowd) each.close()
  })
})
