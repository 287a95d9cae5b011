import { buildBatch, CodecId, ErrorCode, RecordBatch } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { batch, createTopic, fetch, produce, recordsIn, valuesOf } from './fixture.ts'
import { Peer } from './peer.ts'

describe("Produce, by the topic's configuration", () => {
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

  it('refuses a batch above max.message.bytes, and takes one that just fits', async () => {
    const own = await createTopic(peer, { configs: { 'max.message.bytes': '1000' } })
    const fitting = batch(['x'.repeat(1000 - batch(['']).length - 2)])
    expect(fitting.length).toBe(1000)
    expect((await produce(peer, own, fitting)).errorCode).toBe(0)
    expect((await produce(peer, own, batch(['x'.repeat(950)]))).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE)
    expect(await valuesOf(peer, own)).toHaveLength(1)
  })

  it('takes 1,048,588 bytes by default and not one more', async () => {
    const own = await createTopic(peer)
    const overhead = batch(['x'.repeat(1_048_000)]).length - 1_048_000
    const fitting = batch(['x'.repeat(1_048_588 - overhead)])
    expect(fitting.length).toBe(1_048_588)
    expect((await produce(peer, own, fitting)).errorCode).toBe(0)
    expect((await produce(peer, own, batch(['x'.repeat(1_048_588 - overhead + 1)]))).errorCode).toBe(
      ErrorCode.MESSAGE_TOO_LARGE,
    )
  })

  it('takes 10 MB where it is told so', async () => {
    const own = await createTopic(peer, { configs: { 'max.message.bytes': '10485760' } })
    expect((await produce(peer, own, batch(['x'.repeat(10_000_000)]))).errorCode).toBe(0)
    const { records } = await fetch(peer, own, { partitionMaxBytes: 20_000_000 })
    expect((await recordsIn(records))[0]?.value?.length).toBe(10_000_000)
  })

  it.each([3, 8, 12])(
    'refuses a record without a key where the topic is compacted, version %i',
    async (version) => {
      const own = await createTopic(peer, { configs: { 'cleanup.policy': 'compact' } })
      expect((await produce(peer, own, batch([{ key: 'k', value: 'v' }]), { version })).errorCode).toBe(0)
      const answer = await produce(peer, own, batch([{ key: 'k', value: 'v' }, { value: 'v' }]), {
        version,
      })
      expect(answer).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD, baseOffset: -1 })
      if (version >= 8) {
        expect(answer.recordErrors.map((error) => error.batchIndex)).toEqual([1])
        expect(answer.errorMessage).toEqual(expect.any(String))
      }
      expect(await valuesOf(peer, own)).toEqual(['v'])
    },
  )

  const hour = 3_600_000
  it.each([3, 9])('refuses timestamps too far from now, version %i', async (version) => {
    const own = await createTopic(peer, {
      configs: {
        'message.timestamp.before.max.ms': String(hour),
        'message.timestamp.after.max.ms': String(hour),
      },
    })
    const now = Date.now()
    for (const timestamp of [now - 2 * hour, now + 2 * hour]) {
      const records = [
        { value: 'good', timestamp: now },
        { value: 'bad', timestamp },
      ]
      const answer = await produce(peer, own, batch(records), { version })
      expect(answer).toMatchObject({ errorCode: ErrorCode.INVALID_TIMESTAMP, baseOffset: -1 })
      if (version >= 8) expect(answer.recordErrors.map((error) => error.batchIndex)).toEqual([1])
    }
    const inside = [now - hour / 2, now + hour / 2].map((timestamp) => ({ value: 'good', timestamp }))
    expect((await produce(peer, own, batch(inside), { version })).errorCode).toBe(0)
  })

  it('takes any age by default, but not two hours of the future', async () => {
    const own = await createTopic(peer)
    expect((await produce(peer, own, batch([{ value: 'old', timestamp: 0 }]))).errorCode).toBe(0)
    expect((await produce(peer, own, batch([{ value: 'none', timestamp: -1 }]))).errorCode).toBe(0)
    expect(
      (await produce(peer, own, batch([{ value: 'far', timestamp: Date.now() + 2 * hour }]))).errorCode,
    ).toBe(ErrorCode.INVALID_TIMESTAMP)
  })

  it.each(Object.entries(CodecId))('stamps records with the time of appending, %s', async (_, codec) => {
    const own = await createTopic(peer, { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    const before = Date.now()
    const sent = await buildBatch({
      codec,
      records: [
        { value: 'a', timestamp: 5 },
        { value: 'b', timestamp: 9 },
      ],
    })
    const answer = await produce(peer, own, sent)
    expect(answer.logAppendTimeMs).toBeGreaterThanOrEqual(before)
    expect(answer.logAppendTimeMs).toBeLessThanOrEqual(Date.now())
    const { records } = await fetch(peer, own)
    expect(RecordBatch.timestampType(records as Buffer, 0)).toBe(1)
    expect(RecordBatch.codec(records as Buffer, 0)).toBe(codec)
    expect(RecordBatch.isCrcValid(records as Buffer, 0, (records as Buffer).length)).toBe(true)
    const read = await recordsIn(records)
    expect(read.map((record) => [String(record.value), record.timestamp])).toEqual([
      ['a', answer.logAppendTimeMs],
      ['b', answer.logAppendTimeMs],
    ])
  })

  const values = Array.from({ length: 50 }, (_, index) => `value ${index}`)
  const conversions: [string, number, number][] = []
  for (const sent of Object.values(CodecId)) {
    conversions.push(['producer', sent, sent], ['uncompressed', sent, CodecId.none])
    for (const kept of ['gzip', 'snappy', 'lz4', 'zstd'] as const)
      conversions.push([kept, sent, CodecId[kept]])
  }
  it.each(conversions)('compression.type=%s keeps codec %i as %i', async (setting, sent, kept) => {
    const own = await createTopic(peer, { configs: { 'compression.type': setting } })
    const timestamp = Date.now()
    const records = values.map((value, index) => ({
      key: `k${index}`,
      value,
      timestamp: timestamp + index,
    }))
    expect((await produce(peer, own, await buildBatch({ codec: sent, records }))).errorCode).toBe(0)
    expect((await produce(peer, own, await buildBatch({ codec: sent, records }))).baseOffset).toBe(50)
    const { records: bytes } = await fetch(peer, own, { offset: 50 })
    expect(RecordBatch.codec(bytes as Buffer, 0)).toBe(kept)
    expect(RecordBatch.isCrcValid(bytes as Buffer, 0, (bytes as Buffer).length)).toBe(true)
    expect(RecordBatch.maxTimestamp(bytes as Buffer, 0)).toBe(timestamp + 49)
    const read = await recordsIn(bytes)
    expect(
      read.map((record) => [record.offset, String(record.key), String(record.value), record.timestamp]),
    ).toEqual(values.map((value, index) => [50 + index, `k${index}`, value, timestamp + index]))
  })
})
