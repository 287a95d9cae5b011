import {
  Connection,
  fetchPartition,
  KafkaError,
  listOffset,
  OffsetSpec,
  persistently,
  topicIdOf,
} from '@sluice/client'
import type { Clock, Logger, Network } from '@sluice/effects'
import { ErrorCode, ListOffsets, Produce, readRecords, batchesIn, type RecordView } from '@sluice/wire'
import {
  type ClusterPlan,
  type Engine,
  type EngineCluster,
  ListenerName,
  type NodeKey,
  sameNode,
} from '../fleet/engines/engine.ts'
import { loopbackAddress } from '../fleet/reach.ts'
import { Mutex } from '../fleet/mutex.ts'
import { ClusterAccess } from '../iam/cluster-access.ts'
import type { Identities } from '../iam/identities.ts'

export interface StreamLogOptions {
  engine: Engine
  /** That of the engine: nobody else is on it. */
  network: Network
  clock: Clock
  logger: Logger
  identities: Identities
  /** Of the cluster. */
  directory: string
}

const brokerKey: NodeKey = { role: 'broker', nodeId: 1 }
const brokerPort = 9_092
const controllerPort = 9_093
/** A PutRecords may be of one shard alone: 500 records, 10 MiB of data with keys of 256 characters. */
const batchBytesMax = 12_582_912
const segmentMs = 6 * 3_600_000
const requestTimeoutMs = 30_000
/** A small stream is there after that, and a client that asks whether it is hardly asks more often. */
const ledEveryMs = 3

/**
 * What the shards of all streams are kept in: the topics of one hidden broker, a partition a shard. It is started when it is
 * first needed, listens in this process alone, and is asked by Kafka's requests.
 */
export class StreamLog {
  readonly #options: StreamLogOptions
  readonly #plan: ClusterPlan
  readonly #starts = new Mutex()
  readonly #topicIds = new Map<string, string>()
  readonly #connections = new Map<'write' | 'read', Promise<Connection>>()
  #cluster: EngineCluster | null = null
  #isStopped = false

  constructor(options: StreamLogOptions) {
    this.#options = options
    this.#plan = planOf(options.engine)
  }

  /** It takes records when this resolves. One that is there already is left as it is. */
  createTopic(topic: string, partitions: number, retentionMs: number): Promise<void> {
    return this.#createTopic(topic, partitions, { ...topicConfigs, ...retentionConfigs(retentionMs) })
  }

  /** One of a partition that keeps the last record of each key. */
  createCompactedTopic(topic: string): Promise<void> {
    return this.#createTopic(topic, 1, compactedConfigs)
  }

  async #createTopic(topic: string, partitions: number, configs: Record<string, string>): Promise<void> {
    const { brokers } = await this.#running()
    await brokers.topics
      .create({ name: topic, partitions, replicationFactor: 1, configs })
      .catch(unless(ErrorCode.TOPIC_ALREADY_EXISTS))
    await this.#led(topic, partitions)
  }

  /** It has so many partitions at least, all of which take records. */
  async growTopic(topic: string, partitions: number): Promise<void> {
    const { brokers } = await this.#running()
    const present = (await brokers.topics.describe(topic))?.partitions.length ?? 0
    if (present < partitions) await brokers.topics.setPartitionCount(topic, partitions)
    await this.#led(topic, partitions)
  }

  /**
   * The broker hears of a partition a moment after the controller has made it, of the last one last: so that one is asked for
   * until it is there, and then all.
   */
  async #led(topic: string, partitions: number): Promise<void> {
    const { clock } = this.#options
    const lastMs = clock.monotonic() + requestTimeoutMs
    while (!(await this.#isLed(topic, partitions - 1)) && clock.monotonic() < lastMs)
      await clock.sleep(ledEveryMs)
    await this.endOffsets(
      topic,
      Array.from({ length: partitions }, (_, number) => number),
    )
  }

  #isLed(topic: string, partition: number): Promise<boolean> {
    return this.#endOffsets(topic, [partition]).then(
      () => true,
      (error: unknown) => {
        if (error instanceof KafkaError) return false
        throw error
      },
    )
  }

  async setRetention(topic: string, retentionMs: number): Promise<void> {
    const { brokers } = await this.#running()
    await brokers.topics.setConfigs(topic, { ...topicConfigs, ...retentionConfigs(retentionMs) })
  }

  /** One that is not there is none. */
  async deleteTopic(topic: string): Promise<void> {
    const { brokers } = await this.#running()
    this.#topicIds.delete(topic)
    await brokers.topics.delete(topic).catch(unless(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
  }

  /** How far each of the first partitions has come: the offset of its next record. */
  endOffsets(topic: string, partitions: readonly number[]): Promise<Map<number, number>> {
    if (partitions.length === 0) return Promise.resolve(new Map())
    return persistently(this.#options, () => this.#endOffsets(topic, partitions))
  }

  async #endOffsets(topic: string, partitions: readonly number[]): Promise<Map<number, number>> {
    const connection = await this.#connection('read')
    const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp: OffsetSpec.latest }))
    const { topics } = await connection.request(ListOffsets, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: topic, partitions: asked }],
      timeoutMs: requestTimeoutMs,
    })
    return new Map(
      (topics[0]?.partitions ?? []).map(({ partitionIndex, errorCode, offset }) => {
        if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode)
        return [partitionIndex, Number(offset)]
      }),
    )
  }

  /** A batch for each of these partitions. Gives the offset of the first record of each, or why it was not taken. */
  async append(
    topic: string,
    batches: ReadonlyMap<number, Buffer>,
  ): Promise<Map<number, number | KafkaError>> {
    if (batches.size === 0) return new Map()
    const connection = await this.#connection('write')
    const topicId = await this.#topicId(topic, connection)
    const { responses } = await connection.request(Produce, {
      transactionalId: null,
      acks: -1,
      timeoutMs: requestTimeoutMs,
      topicData: [{ topicId, partitionData: [...batches].map(([index, records]) => ({ index, records })) }],
    })
    return new Map(
      (responses[0]?.partitionResponses ?? []).map(({ index, errorCode, errorMessage, baseOffset }) => [
        index,
        errorCode === ErrorCode.NONE ? Number(baseOffset) : new KafkaError(errorCode, errorMessage),
      ]),
    )
  }

  /** Records from the offset on, as many as are in so many bytes; null where what was there is gone. */
  read(topic: string, partition: number, offset: number, bytesMax: number): Promise<RecordView[] | null> {
    return persistently(this.#options, () => this.#read(topic, partition, offset, bytesMax))
  }

  async #read(
    topic: string,
    partition: number,
    offset: number,
    bytesMax: number,
  ): Promise<RecordView[] | null> {
    const connection = await this.#connection('read')
    const answer = await fetchPartition(connection, topic, partition, offset, {
      topicId: await this.#topicId(topic, connection),
      maxWaitMs: 0,
      maxBytes: bytesMax,
      partitionMaxBytes: bytesMax,
    })
    if (answer.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) return null
    if (answer.errorCode !== ErrorCode.NONE) throw new KafkaError(answer.errorCode)
    const bytes = answer.records ?? Buffer.alloc(0)
    const records: RecordView[] = []
    for (const { at } of batchesIn(bytes))
      for (const record of readRecords(bytes, at)) if (record.offset >= offset) records.push(record)
    return records
  }

  /** Of the first record that is no older; null where there is none. */
  async offsetAt(topic: string, partition: number, timestampMs: number): Promise<number | null> {
    const found = await persistently(this.#options, async () =>
      listOffset(await this.#connection('read'), topic, partition, timestampMs),
    )
    return Number(found.offset) < 0 ? null : Number(found.offset)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#starts.run(async () => {
      await this.#disconnect()
      await this.#cluster?.stop()
      this.#cluster = null
    })
  }

  async #topicId(topic: string, connection: Connection): Promise<string> {
    const known = this.#topicIds.get(topic)
    if (known !== undefined) return known
    const topicId = await topicIdOf(connection, topic)
    this.#topicIds.set(topic, topicId)
    return topicId
  }

  /** One for writes and one for reads, so that neither waits for the other's answers. */
  async #connection(purpose: 'write' | 'read'): Promise<Connection> {
    const open = await this.#connections.get(purpose)?.catch(() => undefined)
    if (open && !open.isClosed) return open
    return this.#starts.run(async () => {
      // Whoever has asked before may have opened it.
      const opened = await this.#connections.get(purpose)?.catch(() => undefined)
      if (opened && !opened.isClosed) return opened
      await this.#start()
      const opening = this.#connect()
      this.#connections.set(purpose, opening)
      return opening
    })
  }

  #connect(): Promise<Connection> {
    const { network, clock } = this.#options
    const address = { host: loopbackAddress, port: brokerPort }
    return Connection.open({ network, clock, ...address, clientId: 'sluice-streams', requestTimeoutMs })
  }

  async #running(): Promise<EngineCluster> {
    return this.#starts.run(() => this.#start())
  }

  /** Starts what does not run: all at first, later a node that has failed. */
  async #start(): Promise<EngineCluster> {
    if (this.#isStopped) throw new Error('the streams are stopped')
    const { engine, directory, identities } = this.#options
    this.#cluster ??= await engine.open({
      name: 'streams',
      hosting: 'inline',
      directory,
      credentials: () => {
        throw new Error('the brokers of streams want no certificate')
      },
      access: new ClusterAccess(identities, '*', () => null),
      onChange: () =>
        this.#options.logger.warn('a node of the streams has failed; the next request starts it'),
      // One broker leads all.
      onDoubt: () => {},
    })
    const cluster = this.#cluster
    const runs = (key: NodeKey) =>
      cluster.nodes().some((node) => sameNode(node, key) && node.state === 'running')
    for (const node of this.#plan.nodes)
      if (!runs(node)) {
        await this.#disconnect()
        await cluster.startNode(this.#plan, node)
      }
    return cluster
  }

  async #disconnect(): Promise<void> {
    const open = await Promise.allSettled(this.#connections.values())
    this.#connections.clear()
    for (const one of open) if (one.status === 'fulfilled') await one.value.close()
  }
}

function planOf(engine: Engine): ClusterPlan {
  const kafkaVersion = engine.defaultKafkaVersion
  const { quorum } = engine.topology({ kafkaVersion })
  const place = { rack: null, generation: 0 }
  const at = (name: ListenerName, port: number) => [{ name, host: loopbackAddress, port }]
  return {
    kafkaVersion,
    nodes: [
      ...quorum.nodeIds.map((nodeId) => ({
        role: quorum.role,
        nodeId,
        ...place,
        listeners: at(ListenerName.controller, controllerPort),
      })),
      { ...brokerKey, ...place, listeners: at(ListenerName.replication, brokerPort) },
    ],
    properties: {
      'auto.create.topics.enable': 'false',
      'message.max.bytes': String(batchBytesMax),
      'default.replication.factor': '1',
      'min.insync.replicas': '1',
    },
  }
}

/** What is older than the retention goes with its segment: an active one has to end some time. */
const topicConfigs = { 'cleanup.policy': 'delete', 'segment.ms': String(segmentMs) }

/** An active segment is not compacted: it is a small one. */
const compactedConfigs = {
  'cleanup.policy': 'compact',
  'segment.bytes': '8388608',
  'segment.ms': String(segmentMs),
  'min.cleanable.dirty.ratio': '0.3',
  // Whoever reads it has read it by then.
  'delete.retention.ms': '600000',
}

function retentionConfigs(retentionMs: number): Record<string, string> {
  return { 'retention.ms': String(retentionMs) }
}

/** Was it asked of a topic that is not there, as of a stream that has been deleted? */
export function saysNoTopic(error: unknown): boolean {
  const codes: readonly number[] = [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID]
  return error instanceof KafkaError && codes.includes(error.code)
}

/** An error of Kafka that says no more than that there is nothing to do. */
function unless(code: number): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof KafkaError) || error.code !== code) throw error
  }
}
