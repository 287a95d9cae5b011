import { Connection } from '@sluice/client'
import { MemoryNetwork } from '@sluice/effects'
import {
  AllocateProducerIds,
  ApiVersions,
  BeginQuorumEpoch,
  ConfigResourceType,
  CreateTopics,
  decodeResponseHeader,
  DefaultPrincipalData,
  DescribeCluster,
  DescribeConfigs,
  DescribeQuorum,
  encodeRequestFrame,
  EndQuorumEpoch,
  Envelope,
  ErrorCode,
  Fetch,
  FetchSnapshot,
  Metadata,
  metadataTopic,
  Reader,
  Vote,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openToAll, type Permissions } from '../../authorizer/permissions.ts'
import { Granted } from '../../authorizer/testing/granted.ts'
import { isClientDecision } from '../../server/client-decisions.ts'
import { metadataBatches } from '../batches.ts'
import { controllerRequests } from '../requests.ts'
import { allowedPrincipal } from '../forwarded-principal.ts'
import { clusterId, TestController } from '../testing/test-controller.ts'

const metadataTopicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
const directory = 'TBdpvNkLSgKdR_F9_b01rQ'
const leader = { leaderId: 3000, leaderEpoch: 1 }
let network: MemoryNetwork
let controller: TestController
let client: Connection
/** Of the clients of brokers; null: whoever it is may do everything. */
const permissions: { current: Permissions | null } = { current: null }
const asking: string[] = []

beforeEach(async () => {
  network = new MemoryNetwork()
  permissions.current = null
  asking.length = 0
  const permissionsOf = (who: string, host: string) => {
    asking.push(`${who} from ${host}`)
    return permissions.current ?? openToAll.permissionsOf(who, host)
  }
  controller = await new TestController({ network, authorizer: { permissionsOf } }).open()
  await controller.brokers(1)
  client = await Connection.open({ network, host: '127.0.0.1', port: 9093 })
})
afterEach(async () => {
  await client.close()
  await controller.close()
})

interface Asked {
  epoch?: number
  offset?: number
  lastEpoch?: number
  waitMs?: number
  ofCluster?: string
  partition?: number
  maxBytes?: number
  /** Makes a large request of it, in a session that nobody has. */
  forgotten?: number[]
  from?: Connection
}

async function fetch(request: Asked) {
  const { epoch = 1, offset = 0, lastEpoch = 0, waitMs = 0, partition = 0, maxBytes = 2 ** 31 - 1 } = request
  const asked = {
    partition,
    currentLeaderEpoch: epoch,
    fetchOffset: offset,
    lastFetchedEpoch: lastEpoch,
    partitionMaxBytes: 0,
    replicaDirectoryId: directory,
  }
  const response = await (request.from ?? client).send(Fetch, 18, {
    clusterId: request.ofCluster ?? clusterId,
    replicaState: { replicaId: 1, replicaEpoch: -1 },
    maxWaitMs: waitMs,
    minBytes: 0,
    maxBytes,
    topics: [{ topicId: metadataTopicId, partitions: [asked] }],
    forgottenTopicsData: [{ topicId: metadataTopicId, partitions: request.forgotten ?? [] }],
  })
  return { errorCode: response.errorCode, ...response.responses[0]?.partitions[0] }
}

const typesIn = (records: Buffer | null | undefined) =>
  [...metadataBatches(records ?? Buffer.alloc(0))].flatMap((batch) =>
    batch.records.map(({ record }) => record.name),
  )

describe('a fetch of the metadata log', () => {
  it('brings what is committed, and its end as the high watermark', async () => {
    const log = await fetch({})
    expect(log).toMatchObject({ errorCode: 0, logStartOffset: 0, currentLeader: leader })
    expect(log.highWatermark).toBe(controller.image.offset + 1)
    expect(typesIn(log.records)).toEqual(
      expect.arrayContaining(['RegisterBrokerRecord', 'FeatureLevelRecord']),
    )
  })

  it('brings one batch at least, and no more than asked for', async () => {
    const sizeOf = async (maxBytes: number) => (await fetch({ maxBytes })).records?.length ?? 0
    const all = await sizeOf(2 ** 31 - 1)
    expect([...metadataBatches((await fetch({ maxBytes: 1 })).records ?? Buffer.alloc(0))]).toHaveLength(1)
    expect(await sizeOf(all - 1)).toBeLessThan(all)
  })

  it('is refused in an epoch that is over or unknown, with who leads', async () => {
    expect(await fetch({ epoch: 0 })).toMatchObject({
      errorCode: ErrorCode.FENCED_LEADER_EPOCH,
      highWatermark: -1,
      currentLeader: leader,
    })
    expect(await fetch({ epoch: 2 })).toMatchObject({ errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH })
  })

  it('is refused whole for another cluster or partition, and where it makes no sense', async () => {
    expect((await fetch({ ofCluster: 'other' })).errorCode).toBe(ErrorCode.INCONSISTENT_CLUSTER_ID)
    expect((await fetch({ partition: 1 })).errorCode).toBe(ErrorCode.INVALID_REQUEST)
    for (const asked of [{ offset: -1 }, { lastEpoch: -1 }, { lastEpoch: 2 }, { waitMs: -1 }])
      expect((await fetch(asked)).errorCode).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('tells a reader whose log has gone another way where it parted', async () => {
    const end = controller.image.offset + 1
    const beyond = await fetch({ offset: end + 5, lastEpoch: 1 })
    expect(beyond.divergingEpoch).toMatchObject({ epoch: 1, endOffset: end })
    expect(beyond.records).toHaveLength(0)
  })

  it('waits at the end until something is committed, or as long as it may', async () => {
    const end = controller.image.offset + 1
    const waiting = fetch({ offset: end, lastEpoch: 1, waitMs: 500 })
    await controller.clock.advance(400)
    await controller.createTopic({ name: 'events', numPartitions: 1, replicationFactor: 1 })
    const log = await waiting
    expect(typesIn(log.records)).toContain('TopicRecord')
    const idle = fetch({ offset: Number(log.highWatermark), lastEpoch: 1, waitMs: 500 })
    await controller.clock.advance(500)
    expect((await idle).records).toHaveLength(0)
  })

  it('goes on from where a reader stands in the log, also in an epoch before the newest snapshot', async () => {
    const mid = controller.image.offset
    await controller.reopen()
    const names = Array.from({ length: 8 }, (_, at) => `t${at}`)
    for (const name of names) await controller.createTopic({ name, numPartitions: 500, replicationFactor: 1 })
    await controller.reopen()
    client = await Connection.open({ network, host: '127.0.0.1', port: 9093 })
    const { snapshotId } = await fetch({ epoch: 3 })
    expect(snapshotId?.epoch).toBe(2)
    const log = await fetch({ epoch: 3, offset: mid, lastEpoch: 1 })
    expect(log.snapshotId?.endOffset).toBe(-1)
    expect(typesIn(log.records)).toContain('TopicRecord')
  })

  it('waits for so many readers, and for no more', async () => {
    const end = controller.image.offset + 1
    const open = () => Connection.open({ network, host: '127.0.0.1', port: 9093 })
    const connections = await Promise.all(Array.from({ length: 1_001 }, open))
    const waiting = connections.map((from) => fetch({ offset: end, lastEpoch: 1, waitMs: 500, from }))
    expect((await Promise.race(waiting)).records).toHaveLength(0)
    await controller.clock.advance(500)
    await Promise.all(waiting)
    await Promise.all(connections.map((connection) => connection.close()))
  })

  it('keeps nobody waiting while it waits, however large it is', async () => {
    const forgotten = Array<number>(600_000).fill(1)
    const at = { offset: controller.image.offset + 1, lastEpoch: 1, forgotten }
    const waiting = fetch({ ...at, waitMs: 500 })
    const from = await Connection.open({ network, host: '127.0.0.1', port: 9093 })
    expect((await fetch({ ...at, from })).records).toHaveLength(0)
    await controller.clock.advance(500)
    expect((await waiting).records).toHaveLength(0)
    await from.close()
  })

  it('is told of as an observer, at the place it has come to', async () => {
    const end = controller.image.offset + 1
    await fetch({ offset: end, lastEpoch: 1 })
    const topics = [{ topicName: metadataTopic, partitions: [{ partitionIndex: 0 }] }]
    const observers = async () =>
      (await client.send(DescribeQuorum, 2, { topics })).topics[0]?.partitions[0]?.observers
    const nowMs = controller.clock.now()
    expect(await observers()).toEqual([
      {
        replicaId: 1,
        replicaDirectoryId: directory,
        logEndOffset: end,
        lastFetchTimestamp: nowMs,
        lastCaughtUpTimestamp: nowMs,
      },
    ])
    await controller.clock.advance(301_000)
    expect((await observers())?.map(({ lastFetchTimestamp }) => lastFetchTimestamp)).not.toContain(nowMs)
  })
})

describe('a snapshot', () => {
  const names = Array.from({ length: 40 }, (_, at) => `t${at}`)

  /** So large that the controller takes a snapshot when it stops. */
  async function snapshotted() {
    const replicas = Array.from({ length: 4_500 }, (_, at) => `${at}:1`).join(',')
    for (const name of names) {
      await controller.createTopic({ name, numPartitions: 1, replicationFactor: 1 })
      await controller.alterConfig(name, 'leader.replication.throttled.replicas', replicas)
    }
    await controller.reopen()
    client = await Connection.open({ network, host: '127.0.0.1', port: 9093 })
    const { snapshotId } = await fetch({ epoch: 2 })
    if (!snapshotId || Number(snapshotId.endOffset) < 0) throw new Error('there is no snapshot')
    return snapshotId
  }

  async function part(
    snapshotId: { endOffset: number | bigint | object; epoch: number },
    more: { position?: number; maxBytes?: number; currentLeaderEpoch?: number; name?: string } = {},
  ) {
    const { position = 0, maxBytes = 2 ** 31 - 1, currentLeaderEpoch = 2, name = metadataTopic } = more
    const id = { endOffset: Number(snapshotId.endOffset), epoch: snapshotId.epoch }
    const response = await client.send(FetchSnapshot, 1, {
      clusterId,
      replicaId: 1,
      maxBytes,
      topics: [{ name, partitions: [{ partition: 0, currentLeaderEpoch, snapshotId: id, position }] }],
    })
    return response.topics[0]?.partitions[0]
  }

  it('is where whoever has nothing yet begins, and comes in parts', async () => {
    const id = await snapshotted()
    const parts: Buffer[] = []
    for (let position = 0, size = 1; position < size; ) {
      const got = await part(id, { position })
      if (!got || got.errorCode !== 0) throw new Error(`error ${got?.errorCode}`)
      size = Number(got.size)
      position += got.unalignedRecords.length
      parts.push(got.unalignedRecords)
    }
    expect(parts.length).toBeGreaterThan(1)
    for (const { length } of parts) expect(length).toBeLessThanOrEqual(1024 * 1024)
    expect((await part(id, { maxBytes: 1_000 }))?.unalignedRecords).toHaveLength(1_000)
    expect(typesIn(Buffer.concat(parts)).filter((type) => type === 'TopicRecord')).toHaveLength(40)
  })

  it('is refused where it is not, or another part or epoch is asked for', async () => {
    const id = await snapshotted()
    const error = async (...asked: Parameters<typeof part>) => (await part(...asked))?.errorCode
    expect(await error({ ...id, epoch: 7 })).toBe(ErrorCode.SNAPSHOT_NOT_FOUND)
    expect(await error({ endOffset: 0, epoch: 0 })).toBe(ErrorCode.SNAPSHOT_NOT_FOUND)
    expect(await error(id, { position: -1 })).toBe(ErrorCode.POSITION_OUT_OF_RANGE)
    expect(await error(id, { position: 2 ** 40 })).toBe(ErrorCode.POSITION_OUT_OF_RANGE)
    expect(await error(id, { currentLeaderEpoch: 1 })).toBe(ErrorCode.FENCED_LEADER_EPOCH)
    expect(await error(id, { name: 'events' })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })
})

describe('an envelope', () => {
  const principal = (type = 'User', name = 'alice') =>
    Buffer.concat([
      Buffer.from([0, 0]),
      DefaultPrincipalData.encodeToBuffer(0, { type, name, tokenAuthenticated: false }),
    ])
  const send = (requestData: Buffer, requestPrincipal: Buffer | null = principal()) =>
    client.send(Envelope, 0, {
      requestData,
      requestPrincipal,
      clientHostAddress: Buffer.from([127, 0, 0, 1]),
    })
  const create = { topics: [{ name: 'events', numPartitions: 1, replicationFactor: 1 }], timeoutMs: 1000 }

  it('carries a request of a client, and its answer', async () => {
    const { errorCode, responseData } = await send(
      encodeRequestFrame(CreateTopics, 7, 5, 'c', create).subarray(4),
    )
    expect(errorCode).toBe(0)
    const reader = new Reader(responseData ?? Buffer.alloc(0))
    expect(decodeResponseHeader(reader, CreateTopics.responseHeaderVersion(7))).toBe(5)
    expect(CreateTopics.response.decode(reader, 7).topics).toMatchObject([{ name: 'events', errorCode: 0 }])
    expect(controller.image.topic('events')).toBeDefined()
  })

  it('of a broker that is none of ours is asked what its client may do, of one of ours no more', async () => {
    const topics = ['events', 'others'].map((name) => ({ name, numPartitions: 1, replicationFactor: 1 }))
    const asked = encodeRequestFrame(CreateTopics, 7, 5, 'c', { ...create, topics }).subarray(4)
    const codes = async (from: Buffer) => {
      const { responseData } = await send(asked, from)
      const reader = new Reader(responseData ?? Buffer.alloc(0))
      decodeResponseHeader(reader, CreateTopics.responseHeaderVersion(7))
      const answer = CreateTopics.response.decode(reader, 7)
      return answer.topics.map(({ name, errorCode }) => `${name} ${errorCode}`)
    }
    permissions.current = Object.assign(new Granted(), { grants: ['create topic events'] })
    expect(await codes(principal())).toEqual(['events 0', 'others 29'])
    expect(controller.image.topic('others')).toBeUndefined()
    expect(await codes(allowedPrincipal('User:alice'))).toEqual(['events 36', 'others 0'])
    expect(asking).toEqual(['User:alice from 127.0.0.1'])
  })

  it('may carry all that the controller decides for clients: of each it is said what these must be allowed', () => {
    const decided = [...controllerRequests.values()].map(({ api }) => api).filter((api) => api.forwardable)
    expect(decided.filter((api) => !isClientDecision(api)).map((api) => api.name)).toEqual([])
  })

  it('is refused with what is not to be forwarded, cannot be read, or comes from nobody', async () => {
    const error = async (...asked: Parameters<typeof send>) => (await send(...asked)).errorCode
    const frame = encodeRequestFrame(CreateTopics, 7, 5, 'c', create).subarray(4)
    expect(await error(encodeRequestFrame(Metadata, 12, 5, 'c', {}).subarray(4))).toBe(
      ErrorCode.INVALID_REQUEST,
    )
    expect(await error(frame.subarray(0, 3))).toBe(ErrorCode.INVALID_REQUEST)
    expect(await error(frame.subarray(0, frame.length - 4))).toBe(ErrorCode.INVALID_REQUEST)
    const newer = Buffer.from(frame)
    newer.writeInt16BE(99, 2)
    expect(await error(newer)).toBe(ErrorCode.UNSUPPORTED_VERSION)
    expect(await error(frame, null)).toBe(ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE)
    expect(await error(frame, Buffer.from([0]))).toBe(ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE)
    expect(controller.image.topic('events')).toBeUndefined()
  })
})

describe("the controller's listener", () => {
  it('says what it serves, and no API of brokers', async () => {
    const { apiKeys } = await client.send(ApiVersions, 3, {
      clientSoftwareName: 'a',
      clientSoftwareVersion: '1',
    })
    const served = apiKeys.map(({ apiKey }) => apiKey)
    expect(served).toEqual(
      expect.arrayContaining([1, 18, 52, 53, 54, 55, 56, 58, 59, 60, 62, 63, 64, 67, 73]),
    )
    expect(served).not.toContain(Metadata.apiKey)
  })

  it('is where controllers are found, and not brokers', async () => {
    const asked = { includeClusterAuthorizedOperations: false, includeFencedBrokers: false }
    expect(await client.send(DescribeCluster, 2, { ...asked, endpointType: 2 })).toMatchObject({
      errorCode: 0,
      clusterId,
      controllerId: 3000,
      brokers: [{ brokerId: 3000, host: '127.0.0.1', port: 9093 }],
    })
    const brokers = await client.send(DescribeCluster, 2, { ...asked, endpointType: 1 })
    expect(brokers.errorCode).toBe(ErrorCode.MISMATCHED_ENDPOINT_TYPE)
  })

  it('tells the configs of the controller, not those of others', async () => {
    const results = async (resourceName: string) => {
      const resources = [
        { resourceType: ConfigResourceType.broker, resourceName, configurationKeys: ['node.id'] },
      ]
      const response = await client.send(DescribeConfigs, 4, { resources })
      return response.results.map(({ errorCode, configs }) => ({ errorCode, configs: configs.length }))
    }
    expect(await results('3000')).toEqual([{ errorCode: 0, configs: 1 }])
    expect(await results('1')).toEqual([{ errorCode: ErrorCode.INVALID_REQUEST, configs: 0 }])
  })

  it('decides what brokers ask', async () => {
    const brokerEpoch = controller.image.broker(1)?.epoch ?? -1
    const block = await client.send(AllocateProducerIds, 0, { brokerId: 1, brokerEpoch })
    expect(block).toMatchObject({ errorCode: 0, producerIdStart: 0, producerIdLen: 1000 })
  })

  it('gives no vote, and is unseated by nobody', async () => {
    const topics = <P>(partition: P) => [
      { topicName: metadataTopic, partitions: [{ partitionIndex: 0, ...partition }] },
    ]
    const strange = { replicaEpoch: 9, replicaId: 4, lastOffsetEpoch: 1, lastOffset: 1 }
    const votes = await client.send(Vote, 2, { clusterId, topics: topics(strange) })
    expect(votes.topics[0]?.partitions[0]).toMatchObject({
      errorCode: ErrorCode.INCONSISTENT_VOTER_SET,
      voteGranted: false,
      ...leader,
    })
    const stale = { ...leader, leaderEpoch: 0, leaderId: 4 }
    const begun = await client.send(BeginQuorumEpoch, 1, { clusterId, topics: topics(stale) })
    expect(begun.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH)
    const ended = await client.send(EndQuorumEpoch, 1, { clusterId: 'other', topics: topics(stale) })
    expect(ended.errorCode).toBe(ErrorCode.INCONSISTENT_CLUSTER_ID)
    expect((await fetch({})).errorCode).toBe(0)
  })

  it('ends its connections when the controller stops', async () => {
    const waiting = fetch({ offset: controller.image.offset + 1, lastEpoch: 1, waitMs: 500 })
    const refused = expect(waiting).rejects.toThrow('closed')
    await controller.clock.advance(0)
    await controller.close()
    await refused
    await expect(Connection.open({ network, host: '127.0.0.1', port: 9093 })).rejects.toThrow()
  })
})
