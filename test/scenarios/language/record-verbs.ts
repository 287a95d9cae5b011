import {
  fetchPartition,
  initProducerId,
  IsolationLevel,
  listOffset,
  OffsetSpec,
  produceBatches,
  recordsOf,
} from '@sluice/client'
import { buildBatch, DeleteRecords, OffsetForLeaderEpoch, Produce, addInt64, type Int64 } from '@sluice/wire'
import { durationMs, topicPartition } from './story.ts'
import type { Verb } from './verbs.ts'
import { errorName } from './world.ts'

interface Producer {
  readonly producerId: Int64
  readonly producerEpoch: number
  nextSequence: number
}

/** What a story says of records: producers and consumers without a group. */
export const recordVerbs: Record<string, Verb> = {
  /** `producer NAME`: an idempotent producer gets its id. */
  producer: async (world, { words: [name = ''] }, actor) => {
    const { producerId, producerEpoch } = await initProducerId(await world.connection(actor))
    world.names.set(`producer ${name}`, { producerId, producerEpoch, nextSequence: 0 } satisfies Producer)
    return [`${name}: id=${producerId} epoch=${producerEpoch}`]
  },

  /**
   * `produce TOPIC-N VALUE … [acks=all|1] [timeout=30s] [as=PRODUCER [sequence=N]]`: one batch. A producer goes on with
   * its own sequence numbers unless one is given.
   */
  produce: async (world, { words: [where, ...values], options }, actor) => {
    const { topic, partition } = topicPartition(where)
    const leader = await world.leader(actor, topic, partition)
    const producer = world.names.get(`producer ${options.get('as')}`) as Producer | undefined
    const sequence = options.get('sequence')
    const baseSequence = sequence === undefined ? (producer?.nextSequence ?? -1) : Number(sequence)
    const batch = await buildBatch({
      records: values.map((value) => ({ key: null, value: Buffer.from(value) })),
      timestamp: world.clock.now(),
      ...(producer && { ...producer, baseSequence }),
    })
    const { errorCode, baseOffset } = await produceBatches(leader, topic, partition, batch, {
      acks: options.get('acks') === '1' ? 1 : -1,
      timeoutMs: durationMs(options.get('timeout') ?? '30s'),
    })
    if (errorCode !== 0) return [errorName(errorCode)]
    if (producer) producer.nextSequence = Math.max(producer.nextSequence, baseSequence + values.length)
    const last = addInt64(baseOffset, values.length - 1)
    return [last === baseOffset ? `offset ${baseOffset}` : `offsets ${baseOffset} to ${last}`]
  },

  /**
   * `fetch TOPIC-N [from=0] [wait=DURATION] [min-bytes=1] [epoch=N] [isolation=committed] [rack=NAME] [broker=N]`: what a
   * reader sees, at the leader or at the broker that it names.
   */
  fetch: async (world, { words: [where], options }, actor) => {
    const { topic, partition } = topicPartition(where)
    const from = Number(options.get('from') ?? 0)
    const broker = options.get('broker')
    const connection =
      broker === undefined
        ? await world.leader(actor, topic, partition)
        : await world.connection(actor, Number(broker))
    const answer = await fetchPartition(connection, topic, partition, from, {
      rackId: options.get('rack'),
      maxWaitMs: durationMs(options.get('wait') ?? '0ms'),
      minBytes: Number(options.get('min-bytes') ?? 1),
      currentLeaderEpoch: Number(options.get('epoch') ?? -1),
      isolationLevel:
        options.get('isolation') === 'committed'
          ? IsolationLevel.readCommitted
          : IsolationLevel.readUncommitted,
    })
    if (answer.errorCode !== 0) return [errorName(answer.errorCode)]
    if (answer.preferredReadReplica >= 0) return [`read from broker ${answer.preferredReadReplica}`]
    const records = await recordsOf(answer.records, from)
    const marks = `start=${answer.logStartOffset} high-watermark=${answer.highWatermark}`
    return [marks, ...records.map(({ offset, value }) => `${offset}: ${value?.toString()}`)]
  },

  /** `offset TOPIC-N earliest|latest`. */
  offset: async (world, { words: [where, spec = ''] }, actor) => {
    const { topic, partition } = topicPartition(where)
    const leader = await world.leader(actor, topic, partition)
    const special = OffsetSpec[spec as keyof typeof OffsetSpec]
    const { offset, leaderEpoch } = await listOffset(leader, topic, partition, special)
    return [`offset ${offset} of epoch ${leaderEpoch}`]
  },

  /** `epoch-end TOPIC-N EPOCH`: where a leader's epoch ends (KIP-101). */
  'epoch-end': async (world, { words: [where, epoch] }, actor) => {
    const { topic, partition } = topicPartition(where)
    const leader = await world.leader(actor, topic, partition)
    const { topics } = await leader.request(OffsetForLeaderEpoch, {
      replicaId: -1,
      topics: [{ topic, partitions: [{ partition, currentLeaderEpoch: -1, leaderEpoch: Number(epoch) }] }],
    })
    const answer = topics[0]?.partitions[0]
    if (!answer || answer.errorCode !== 0) return [errorName(answer?.errorCode ?? -1)]
    return [`epoch ${answer.leaderEpoch} ends at ${answer.endOffset}`]
  },

  /** `delete-records TOPIC-N before=OFFSET`. */
  'delete-records': async (world, { words: [where], options }, actor) => {
    const { topic, partition } = topicPartition(where)
    const { topics } = await (await world.leader(actor, topic, partition)).request(DeleteRecords, {
      topics: [
        { name: topic, partitions: [{ partitionIndex: partition, offset: Number(options.get('before')) }] },
      ],
      timeoutMs: 30_000,
    })
    const answer = topics[0]?.partitions[0]
    if (!answer || answer.errorCode !== 0) return [errorName(answer?.errorCode ?? -1)]
    return [`the log starts at ${answer.lowWatermark}`]
  },

  /** `garbage TOPIC-N`: bytes that are no record batch. */
  garbage: async (world, { words: [where] }, actor) => {
    const { topic, partition } = topicPartition(where)
    const leader = await world.leader(actor, topic, partition)
    const { errorCode } = await produceBatches(leader, topic, partition, Buffer.alloc(100, 7), {
      version: Produce.maxStableVersion,
    })
    return [errorName(errorCode)]
  },
}
