import {
  buildBatch,
  CodecId,
  encodeRequestFrame,
  ErrorCode,
  Metadata,
  Produce,
  randomUuid,
  RecordBatch,
} from '@sluice/wire'
import { systemRandom } from '@sluice/effects'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import {
  altered,
  batch,
  createTopic,
  eventually,
  fetch,
  produce,
  produceRequest,
  recordsIn,
  type Topic,
  uniqueName,
  valuesOf,
  versionsOf,
  zeroUuid,
} from './fixture.ts'
import { Peer } from './peer.ts'

describe('Produce', () => {
  let engine: Engine
  let peer: Peer
  let topic: Topic
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    topic = await createTopic(peer, { partitions: 2 })
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  it('asks for no more replicas in sync than there are', async () => {
    const alone = await createTopic(peer, { configs: { 'min.insync.replicas': '2' } })
    expect(await produce(peer, alone, batch(['a']), { acks: -1 })).toMatchObject({ errorCode: 0 })
  })

  it.each(versionsOf(Produce))('appends and answers where the batch starts, version %i', async (version) => {
    const own = await createTopic(peer)
    for (const [acks, offset] of [
      [1, 0],
      [-1, ErrorCode.CORRUPT_MESSAGE],
    ] as const) {
      const answer = await produce(peer, own, batch(['a', 'b']), { version, acks })
      expect(answer).toMatchObject({
        index: 0,
        errorCode: 0,
        baseOffset: offset,
        logAppendTimeMs: -1,
        logStartOffset: version >= 5 ? 0 : -1,
        recordErrors: [],
        errorMessage: null,
      })
    }
    expect(await valuesOf(peer, own)).toEqual(['a', 'b', 'a', 'b'])
  })

  it('keeps keys, values, headers and timestamps as they were sent', async () => {
    const own = await createTopic(peer)
    const timestamp = Date.now() - 1000
    const sent = [
      {
        key: 'k',
        value: 'v',
        headers: [
          { key: 'h', value: 'x' },
          { key: 'h', value: null },
        ],
        timestamp,
      },
      { key: null, value: null, timestamp: timestamp + 7 },
      { key: '', value: '', timestamp: timestamp + 3 },
    ]
    await produce(peer, own, batch(sent))
    const records = await recordsIn((await fetch(peer, own)).records)
    expect(
      records.map(({ offset, timestamp, key, value, headers }) => ({
        offset,
        timestamp,
        key: key && String(key),
        value: value && String(value),
        headers: headers.map((header) => ({ ...header, value: header.value && String(header.value) })),
      })),
    ).toEqual([
      { offset: 0, ...sent[0] },
      { offset: 1, ...sent[1], headers: [] },
      { offset: 2, ...sent[2], headers: [] },
    ])
  })

  it('writes the leader epoch and the offset into the batch and leaves the rest alone', async () => {
    const own = await createTopic(peer)
    await produce(peer, own, batch(['before']))
    const sent = batch(['a', 'b'], { partitionLeaderEpoch: 42 })
    await produce(peer, own, sent)
    const { records } = await fetch(peer, own, { offset: 1 })
    const kept = altered(sent, (bytes) => {
      RecordBatch.setBaseOffset(bytes, 0, 1)
      RecordBatch.setPartitionLeaderEpoch(bytes, 0, 0)
    })
    expect(records).toEqual(kept)
  })

  it('answers nothing for acks=0, and appends all the same', async () => {
    const own = await createTopic(peer)
    peer.write(
      encodeRequestFrame(Produce, 9, 1000, 'contract', produceRequest(own, batch(['quiet']), { acks: 0 })),
    )
    // The answer that comes next belongs to the next request.
    expect((await peer.send(Metadata, 1, { topics: [] })).brokers).toHaveLength(1)
    expect(
      await eventually(async () => ((await valuesOf(peer, own)).length ? valuesOf(peer, own) : undefined)),
    ).toEqual(['quiet'])
  })

  it('closes the connection where a request with acks=0 fails', async () => {
    const other = await Peer.open(engine.bootstrap)
    const nowhere = { name: uniqueName('absent'), id: zeroUuid }
    other.write(
      encodeRequestFrame(Produce, 9, 1, 'contract', produceRequest(nowhere, batch(['x']), { acks: 0 })),
    )
    await other.closed
  })

  it.each([2, -2, 7])('refuses acks=%i', async (acks) => {
    const answer = await produce(peer, topic, batch(['x']), { acks })
    expect(answer).toMatchObject({ errorCode: ErrorCode.INVALID_REQUIRED_ACKS, baseOffset: -1 })
  })

  it.each(versionsOf(Produce).filter((version) => version < 13))(
    'answers an unknown topic with 3, version %i',
    async (version) => {
      const nowhere = { name: uniqueName('absent'), id: zeroUuid }
      const answer = await produce(peer, nowhere, batch(['x']), { version })
      expect(answer).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        baseOffset: -1,
        logAppendTimeMs: -1,
        logStartOffset: -1,
      })
    },
  )

  it('refuses an unknown topic id', async () => {
    const nowhere = { name: '', id: randomUuid(systemRandom()) }
    const response = await peer.send(Produce, 13, produceRequest(nowhere, batch(['x'])))
    expect(response.responses[0]).toMatchObject({
      topicId: nowhere.id,
      partitionResponses: [{ errorCode: ErrorCode.UNKNOWN_TOPIC_ID }],
    })
  })

  it.each([3, 9, 12, 13])('answers an unknown partition with 3, version %i', async (version) => {
    expect((await produce(peer, topic, batch(['x']), { version, partition: 2 })).errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    )
    expect((await produce(peer, topic, batch(['x']), { version, partition: -1 })).errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    )
  })

  it('answers each partition for itself', async () => {
    const second = await createTopic(peer)
    const absent = uniqueName('absent')
    const response = await peer.send(Produce, 9, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [
        {
          name: topic.name,
          partitionData: [
            { index: 0, records: batch(['good']) },
            { index: 1, records: altered(batch(['bad']), (bytes) => bytes.writeUInt32BE(1, 17), false) },
            { index: 9, records: batch(['nowhere']) },
          ],
        },
        { name: second.name, partitionData: [{ index: 0, records: batch(['good']) }] },
        { name: absent, partitionData: [{ index: 0, records: batch(['x']) }] },
      ],
    })
    const codes = response.responses.flatMap((t) =>
      t.partitionResponses.map((p) => [t.name, p.index, p.errorCode]),
    )
    expect(codes.toSorted()).toEqual(
      [
        [topic.name, 0, 0],
        [topic.name, 1, ErrorCode.CORRUPT_MESSAGE],
        [topic.name, 9, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
        [second.name, 0, 0],
        [absent, 0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ].toSorted(),
    )
  })

  it('answers a request without topics', async () => {
    expect((await peer.send(Produce, 9, { acks: 1, timeoutMs: 1000, topicData: [] })).responses).toEqual([])
  })

  describe('checks what it is given', () => {
    const good = batch(['a', 'b', 'c'])
    // Where Apache Kafka answers UNKNOWN_SERVER_ERROR, a code that says more is as good.
    const cases: [string, Buffer, ...number[]][] = [
      ['a wrong CRC', altered(good, (b) => b.writeUInt32BE(0, 17), false), ErrorCode.CORRUPT_MESSAGE],
      [
        'a changed byte',
        altered(good, (b) => b.writeUInt8(0x7a, b.length - 2), false),
        ErrorCode.CORRUPT_MESSAGE,
      ],
      ['magic 1', altered(good, (b) => b.writeInt8(1, 16)), ErrorCode.INVALID_RECORD],
      ['magic 0', altered(good, (b) => b.writeInt8(0, 16)), ErrorCode.INVALID_RECORD],
      ['magic 3', altered(good, (b) => b.writeInt8(3, 16)), ErrorCode.CORRUPT_MESSAGE],
      ['no batch at all', Buffer.alloc(0), ErrorCode.INVALID_RECORD],
      ['a base offset other than 0', batch(['a'], { baseOffset: 7 }), ErrorCode.INVALID_RECORD],
      ['two batches', Buffer.concat([good, good]), ErrorCode.INVALID_RECORD],
      ['a count above the records', altered(good, (b) => b.writeInt32BE(4, 57)), ErrorCode.INVALID_RECORD],
      ['a count below the records', altered(good, (b) => b.writeInt32BE(2, 57)), ErrorCode.INVALID_RECORD],
      [
        'count and last offset above the records',
        altered(good, (b) => {
          b.writeInt32BE(4, 57)
          b.writeInt32BE(3, 23)
        }),
        ErrorCode.INVALID_RECORD,
      ],
      [
        'count and last offset below the records',
        altered(good, (b) => {
          b.writeInt32BE(2, 57)
          b.writeInt32BE(1, 23)
        }),
        ErrorCode.INVALID_RECORD,
      ],
      ['count 0', altered(good, (b) => b.writeInt32BE(0, 57)), ErrorCode.INVALID_RECORD],
      ['a negative count', altered(good, (b) => b.writeInt32BE(-1, 57)), ErrorCode.INVALID_RECORD],
      [
        'a negative last offset delta',
        altered(good, (b) => b.writeInt32BE(-1, 23)),
        ErrorCode.INVALID_RECORD,
      ],
      ['an empty batch', batch([]), ErrorCode.INVALID_RECORD],
      ['a control batch', batch(['a'], { isControl: true }), ErrorCode.INVALID_RECORD],
      [
        'a producer id without a sequence',
        batch(['a'], { producerId: 5, producerEpoch: 0, baseSequence: -1 }),
        ErrorCode.INVALID_RECORD,
      ],
      [
        'a length beyond the data',
        altered(good, (b) => b.writeInt32BE(b.length, 8), false),
        ErrorCode.INVALID_RECORD,
      ],
      [
        'a length below the header',
        altered(good, (b) => b.writeInt32BE(20, 8), false),
        ErrorCode.CORRUPT_MESSAGE,
      ],
      ['a negative length', altered(good, (b) => b.writeInt32BE(-1, 8), false), ErrorCode.CORRUPT_MESSAGE],
      ['half a batch', good.subarray(0, 40), ErrorCode.INVALID_RECORD],
      [
        'bytes that mean nothing',
        Buffer.from('this is not a record batch, whatever it is, and long enough for one'),
        ErrorCode.CORRUPT_MESSAGE,
      ],
      [
        'an unknown codec',
        altered(good, (b) => b.writeInt16BE(5, 21)),
        ErrorCode.UNKNOWN_SERVER_ERROR,
        ErrorCode.CORRUPT_MESSAGE,
        ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
        ErrorCode.INVALID_RECORD,
      ],
      [
        'compressed data that is not',
        altered(good, (b) => b.writeInt16BE(CodecId.gzip, 21)),
        ErrorCode.UNKNOWN_SERVER_ERROR,
        ErrorCode.CORRUPT_MESSAGE,
        ErrorCode.INVALID_RECORD,
      ],
    ]
    it('takes what it puts right: LogAppendTime where the topic has CreateTime', async () => {
      const own = await createTopic(peer)
      const stampMs = Date.now() - 7
      const stamped = batch([{ value: 'a', timestamp: 5 }, 'b'], { logAppendTimeMs: stampMs })
      expect(await produce(peer, own, stamped)).toMatchObject({ errorCode: 0, logAppendTimeMs: -1 })
      const { records } = await fetch(peer, own)
      expect(RecordBatch.timestampType(records as Buffer, 0)).toBe(0)
      expect(RecordBatch.maxTimestamp(records as Buffer, 0)).toBe(stampMs)
      const appendTime = await createTopic(peer, { configs: { 'message.timestamp.type': 'LogAppendTime' } })
      expect((await produce(peer, appendTime, stamped)).errorCode).toBe(ErrorCode.INVALID_TIMESTAMP)
      const timeless = batch(['a'], { logAppendTimeMs: -1 })
      expect((await produce(peer, own, timeless)).errorCode).toBe(ErrorCode.INVALID_TIMESTAMP)
    })

    it.each([
      [0, 0],
      [0, 7],
    ])('looks at offset deltas %i, %i in compressed batches alone', async (...offsets) => {
      const own = await createTopic(peer)
      const records = offsets.map((offset) => ({ value: 'v', offset }))
      const good = batch(records, { lastOffset: 1 })
      expect(await produce(peer, own, good)).toMatchObject({ errorCode: 0, baseOffset: 0 })
      expect(await produce(peer, own, good)).toMatchObject({ errorCode: 0, baseOffset: 2 })
      const packed = await buildBatch({
        records,
        lastOffset: 1,
        codec: CodecId.gzip,
        timestamp: Date.now(),
      })
      const { errorCode } = await produce(peer, own, packed)
      expect([ErrorCode.INVALID_RECORD, ErrorCode.UNKNOWN_SERVER_ERROR]).toContain(errorCode)
    })

    it.each(versionsOf(Produce))(
      'refuses the whole request where a batch is transactional and no transactional id is given, version %i',
      async (version) => {
        const own = await createTopic(peer, { partitions: 2 })
        const transactional = batch(['t'], {
          isTransactional: true,
          producerId: 5,
          producerEpoch: 0,
          baseSequence: 0,
        })
        const partitionData = [batch(['plain']), transactional].map((records, index) => ({ index, records }))
        const { responses } = await peer.send(Produce, version, {
          ...produceRequest(own, null),
          topicData: [{ name: own.name, topicId: own.id, partitionData }],
        })
        expect(responses[0]?.partitionResponses.map(({ errorCode }) => errorCode)).toEqual([
          ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
          ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ])
        for (const partition of [0, 1]) expect(await valuesOf(peer, own, { partition })).toEqual([])
      },
    )

    it.each(cases)('refuses %s', async (_, records, ...codes) => {
      const own = await createTopic(peer)
      const other = await Peer.open(engine.bootstrap)
      const answer = await produce(other, own, records)
      other.close()
      expect(codes).toContain(answer.errorCode)
      expect(answer.baseOffset).toBe(-1)
      expect(await valuesOf(peer, own)).toEqual([])
    })
  })

  it('refuses zstd before version 7', async () => {
    const sent = await buildBatch({ codec: CodecId.zstd, records: [{ value: 'x', timestamp: Date.now() }] })
    expect((await produce(peer, topic, sent, { version: 6 })).errorCode).toBe(
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
    )
    expect((await produce(peer, topic, sent, { version: 7 })).errorCode).toBe(0)
  })

  it('wakes a consumer that waits', async () => {
    const own = await createTopic(peer)
    const consumer = await Peer.open(engine.bootstrap)
    const waiting = fetch(consumer, own, { maxWaitMs: 20_000 })
    await produce(peer, own, batch(['news']))
    expect((await recordsIn((await waiting).records)).map((record) => String(record.value))).toEqual(['news'])
    consumer.close()
  })
})
