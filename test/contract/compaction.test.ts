import { batchesIn, type BatchInput, RecordBatch } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { batch, byChance, createTopic, eventually, fetch, produce, recordsIn, type Topic } from './fixture.ts'
import { Peer } from './peer.ts'

/** Each batch closes the segment of the one before, which is a second older, and what is closed is cleaned at once. */
const compacted = {
  'cleanup.policy': 'compact',
  'segment.ms': '100',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '0',
}

describe('a compacted topic', () => {
  let engine: Engine
  let peer: Peer
  let timestamp = Date.now()
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  async function put(
    topic: Topic,
    record: { key: string; value: string | null },
    options?: Partial<BatchInput>,
  ) {
    timestamp += 1_000
    const { errorCode } = await produce(peer, topic, batch([record], { timestamp, ...options }))
    expect(errorCode).toBe(0)
  }

  /** All of it: what one fetch brings ends with a segment. */
  async function found(topic: Topic): Promise<string[]> {
    const all: string[] = []
    for (let offset = 0; ; ) {
      const { records, highWatermark } = await fetch(peer, topic, { offset })
      for (const { at } of batchesIn(records ?? Buffer.alloc(0)))
        offset = RecordBatch.nextOffset(records as Buffer, at)
      for (const { offset: where, key, value } of await recordsIn(records))
        all.push(`${where} ${String(key)}=${String(value)}`)
      if (offset >= Number(highWatermark) || !records?.length) return all
    }
  }

  /** When the cleaner comes by is chance. */
  const becomes = (topic: Topic, expected: readonly string[]) =>
    byChance(() =>
      eventually(async () => {
        const records = await found(topic)
        return records.join() === expected.join() ? true : undefined
      }, 25_000),
    )

  it('keeps the last record of each key where it was, and a reader goes on behind the holes', async () => {
    const own = await createTopic(peer, { configs: compacted })
    for (const value of ['1', '2', '3']) for (const key of ['a', 'b']) await put(own, { key, value })
    await put(own, { key: 'c', value: '1' })
    await becomes(own, ['4 a=3', '5 b=3', '6 c=1'])
    const { records, highWatermark, logStartOffset } = await fetch(peer, own, { offset: 1 })
    expect([highWatermark, logStartOffset]).toEqual([7, 0])
    expect(RecordBatch.baseOffset(records as Buffer, 0)).toBe(4)
  })

  it('keeps a tombstone until a cleaning finds that its time is over', async () => {
    const own = await createTopic(peer, { configs: compacted })
    await put(own, { key: 'a', value: '1' })
    await put(own, { key: 'a', value: null })
    await put(own, { key: 'b', value: '1' })
    await becomes(own, ['1 a=null', '2 b=1'])
    await put(own, { key: 'b', value: '2' })
    await put(own, { key: 'b', value: '3' })
    await becomes(own, ['3 b=2', '4 b=3'])
  })

  it('keeps the last batch of a producer, so that a retry is known as one', async () => {
    const own = await createTopic(peer, { configs: compacted })
    const ofProducer = { producerId: 7_000, producerEpoch: 0 }
    const last = batch([{ key: 'a', value: '2' }], {
      timestamp: timestamp + 2_000,
      ...ofProducer,
      baseSequence: 1,
    })
    await put(own, { key: 'a', value: '1' }, { ...ofProducer, baseSequence: 0 })
    expect(await produce(peer, own, Buffer.from(last))).toMatchObject({ errorCode: 0, baseOffset: 1 })
    timestamp += 1_000
    await put(own, { key: 'a', value: '3' })
    await put(own, { key: 'b', value: '1' })
    await becomes(own, ['2 a=3', '3 b=1'])
    // Of its first batch nothing is left, of its last one the header.
    const { records } = await byChance(() => fetch(peer, own))
    expect(RecordBatch.baseOffset(records as Buffer, 0)).toBe(1)
    expect(RecordBatch.count(records as Buffer, 0)).toBe(0)
    expect(await produce(peer, own, Buffer.from(last))).toMatchObject({ errorCode: 0, baseOffset: 1 })
  })
})
