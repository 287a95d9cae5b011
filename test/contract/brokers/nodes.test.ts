import {
  AllocateProducerIds,
  AlterConfigs,
  AlterPartition,
  type Api,
  AssignReplicasToDirs,
  BeginQuorumEpoch,
  BrokerHeartbeat,
  BrokerRegistration,
  ConfigResourceType,
  ControllerRegistration,
  DescribeConfigs,
  EndQuorumEpoch,
  Envelope,
  ErrorCode,
  Fetch,
  FetchSnapshot,
  IncrementalAlterConfigs,
  type Int64,
  UpdateFeatures,
  Vote,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batch,
  byChance,
  fetchRequest,
  newProducerId,
  produce,
  type Topic,
  untilLed,
  versionsOf,
} from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, described, placedTopic } from './fixture.ts'

/** Requests that name a broker, or that only brokers and controllers send each other. */
describe('each broker by itself', () => {
  let cluster: Cluster
  let peer: Peer
  /** Led by broker 1, with a follower on 2. */
  let topic: Topic

  beforeAll(async () => {
    cluster = await Cluster.open()
    peer = await cluster.peer(1)
    topic = await placedTopic([peer, await cluster.peer(2), await cluster.peer(3)], [1, 2])
    await byChance(() => untilLed(peer, topic.name))
    expect(await produce(peer, topic, batch(['a', 'b']))).toMatchObject({ errorCode: 0 })
  })
  afterAll(async () => {
    await deleteTopic(peer, topic)
    await cluster?.close()
  })

  const forNodes: readonly Api[] = [
    AllocateProducerIds,
    AlterPartition,
    AssignReplicasToDirs,
    BeginQuorumEpoch,
    BrokerHeartbeat,
    BrokerRegistration,
    ControllerRegistration,
    EndQuorumEpoch,
    Envelope,
    FetchSnapshot,
    Vote,
  ]

  it.each(forNodes.map((api) => [api.name, api] as const))('%s closes the connection', async (_, api) => {
    const one = await cluster.another(1)
    await expect(one.send(api, api.maxVersion, {} as never)).rejects.toThrow('closed')
  })

  const fetchAs = async (version: number, replicaId: number, replicaEpoch: Int64, offset = 0) => {
    const as = version >= 15 ? { replicaState: { replicaId, replicaEpoch } } : { replicaId }
    const response = await peer.send(Fetch, version, { ...fetchRequest(topic, { version, offset }), ...as })
    return response.responses[0]?.partitions[0]
  }

  it.each(versionsOf(Fetch, 15))('Fetch %i of an incarnation of a follower that is gone', async (version) => {
    const answer = await fetchAs(version, 2, 0)
    expect(answer).toMatchObject({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER })
    expect(answer?.records?.length ?? 0).toBe(0)
  })

  it.each(versionsOf(Fetch))('Fetch %i of a broker that follows nothing here', async (version) => {
    for (const replicaId of [3, 1, 99]) {
      const answer = await fetchAs(version, replicaId, -1)
      expect(answer?.records?.length ?? 0).toBe(0)
      expect(answer?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    }
  })

  it('and none of that has changed who is in sync', async () => {
    const { isrNodes } = await described(peer, topic)
    expect(isrNodes.toSorted()).toEqual([1, 2])
  })

  it('producer ids are of one sequence for all', async () => {
    const ids = await byChance(async () => {
      const found: Int64[] = []
      for (const brokerId of [1, 2, 3, 1]) found.push(await newProducerId(await cluster.peer(brokerId)))
      return found
    })
    expect(new Set(ids.map(String)).size).toBe(4)
  })

  const readOf = async (of: string, on = peer) => {
    const configurationKeys = ['log.cleaner.threads']
    const resources = [{ resourceType: ConfigResourceType.broker, resourceName: of, configurationKeys }]
    return (await on.send(DescribeConfigs, 4, { resources })).results[0]
  }

  it('DescribeConfigs tells of the broker that is asked, or of the default of all', async () => {
    expect(await readOf('1')).toMatchObject({ errorCode: 0, configs: [{ name: 'log.cleaner.threads' }] })
    expect(await readOf('')).toMatchObject({ errorCode: 0 })
    expect(await readOf('2')).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST, configs: [] })
    expect(await readOf('99')).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST })
    expect(await readOf('one')).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST })
    expect(await readOf('2', await cluster.peer(2))).toMatchObject({ errorCode: 0 })
  })

  const change = async (of: string, value: string | null) => {
    const configs = [{ name: 'log.cleaner.threads', configOperation: value === null ? 1 : 0, value }]
    const resources = [{ resourceType: ConfigResourceType.broker, resourceName: of, configs }]
    return (await peer.send(IncrementalAlterConfigs, 1, { resources })).responses[0]?.errorCode
  }
  const replace = async (of: string, value: string | null) => {
    const configs = value === null ? [] : [{ name: 'log.cleaner.threads', value }]
    const resources = [{ resourceType: ConfigResourceType.broker, resourceName: of, configs }]
    return (await peer.send(AlterConfigs, 2, { resources, validateOnly: true })).responses[0]?.errorCode
  }

  it('IncrementalAlterConfigs is for the broker that is asked, or for all', async () => {
    for (const id of ['2', '99', 'one']) expect(await change(id, '2')).toBe(ErrorCode.INVALID_REQUEST)
    expect(await change('1', '1')).toBe(ErrorCode.NONE)
    expect(await change('1', null)).toBe(ErrorCode.NONE)
  })

  it('so is AlterConfigs', async () => {
    for (const id of ['2', '99', 'one']) expect(await replace(id, '2')).toBe(ErrorCode.INVALID_REQUEST)
    expect(await replace('1', '1')).toBe(ErrorCode.NONE)
  })

  it.each(versionsOf(UpdateFeatures))('UpdateFeatures %i asks every node', async (version) => {
    const codes: number[] = []
    for (const [feature, level] of [
      ['eligible.leader.replicas.version', 1],
      ['eligible.leader.replicas.version', 2],
      ['metadata.version', 1000],
      ['nothing.version', 1],
    ] as const) {
      const kind = version >= 1 ? { upgradeType: 1 } : {}
      const featureUpdates = [{ feature, maxVersionLevel: level, ...kind }]
      const more = version >= 1 ? { validateOnly: true } : {}
      codes.push((await peer.send(UpdateFeatures, version, { featureUpdates, ...more })).errorCode)
    }
    expect(codes).toEqual([
      0,
      ErrorCode.INVALID_UPDATE_VERSION,
      ErrorCode.INVALID_UPDATE_VERSION,
      ErrorCode.INVALID_UPDATE_VERSION,
    ])
  })
})
