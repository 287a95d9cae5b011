import { AlterPartitionReassignments, ErrorCode, Fetch } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batch,
  byChance,
  fetchRequest,
  produce,
  recordsIn,
  type Topic,
  untilLed,
  versionsOf,
} from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster, racks } from './cluster.ts'
import { deleteTopic, placedTopic, untilCommitted, untilDescribed } from './fixture.ts'

describe('reading from the nearest replica', () => {
  let cluster: Cluster
  let leader: Peer
  let follower: Peer
  /** Led by broker 1, followed by broker 2. */
  let topic: Topic

  beforeAll(async () => {
    cluster = await Cluster.open()
    leader = await cluster.peer(1)
    follower = await cluster.peer(2)
    topic = await placedTopic([leader, follower, await cluster.peer(3)], [1, 2])
    await byChance(() => untilLed(leader, topic.name))
    expect(await produce(leader, topic, batch(['a', 'b', 'c']))).toMatchObject({ errorCode: 0 })
    await untilCommitted(follower, topic, 3)
  })
  afterAll(async () => {
    await deleteTopic(leader, topic)
    await cluster?.close()
  })

  const from = async (peer: Peer, rackId: string, options: Parameters<typeof fetchRequest>[1] = {}) => {
    const version = options.version ?? 18
    const request = { ...fetchRequest(topic, { ...options, version }), ...(version >= 11 ? { rackId } : {}) }
    const response = await peer.send(Fetch, version, request)
    const answer = response.responses[0]?.partitions[0]
    if (!answer) throw new Error(`Fetch: ${JSON.stringify(response)}`)
    const values = (await recordsIn(answer.records)).map(({ value }) => String(value))
    return { ...answer, values }
  }
  const all = ['a', 'b', 'c']

  it.each(versionsOf(Fetch, 11))('Fetch %i sends a consumer to the replica in its rack', async (version) => {
    expect(await from(leader, 'b', { version })).toMatchObject({
      errorCode: ErrorCode.NONE,
      preferredReadReplica: 2,
      values: [],
      highWatermark: 3,
      lastStableOffset: 3,
      logStartOffset: 0,
    })
  })

  it.each(versionsOf(Fetch, 11))(
    'Fetch %i serves whoever has none nearer than the leader',
    async (version) => {
      for (const rackId of ['', 'a', 'c', 'elsewhere'])
        expect(await from(leader, rackId, { version })).toMatchObject({
          errorCode: ErrorCode.NONE,
          preferredReadReplica: -1,
          values: all,
          highWatermark: 3,
        })
    },
  )

  it.each(versionsOf(Fetch, 11))('Fetch %i is served by the follower', async (version) => {
    for (const rackId of [...racks.values(), ''])
      expect(await from(follower, rackId, { version })).toMatchObject({
        errorCode: ErrorCode.NONE,
        preferredReadReplica: -1,
        values: all,
        highWatermark: 3,
        lastStableOffset: 3,
        logStartOffset: 0,
      })
  })

  it('read_committed at a follower', async () => {
    const answer = await from(follower, 'b', { isolationLevel: 1 })
    expect(answer).toMatchObject({ values: all, lastStableOffset: 3, abortedTransactions: [] })
  })

  it('whoever has read all there is waits at the leader, or where they were sent', async () => {
    expect(await from(leader, 'b', { offset: 3 })).toMatchObject({ errorCode: 0, preferredReadReplica: 2 })
    expect(await from(follower, 'b', { offset: 3 })).toMatchObject({ errorCode: 0, values: [] })
  })

  it('offsets that no replica has', async () => {
    for (const peer of [leader, follower])
      for (const offset of [4, 1000, -1])
        expect(await from(peer, 'b', { offset })).toMatchObject({
          errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
          preferredReadReplica: -1,
        })
  })

  it('a wait at a follower ends when it has what the leader was sent', async () => {
    const waiting = await cluster.another(2)
    const answer = from(waiting, 'b', { offset: 3, maxWaitMs: 10_000 })
    expect(await produce(leader, topic, batch(['d']))).toMatchObject({ errorCode: 0, baseOffset: 3 })
    expect((await answer).values).toEqual(['d'])
    waiting.close()
    all.push('d')
  })

  it('fetch sessions remember where they were sent', async () => {
    const opened = await leader.send(Fetch, 12, { ...fetchRequest(topic, { sessionEpoch: 0 }), rackId: 'b' })
    expect(opened.responses[0]?.partitions[0]?.preferredReadReplica).toBe(2)
    const { sessionId } = opened
    const again = { ...fetchRequest(topic, { sessionId, sessionEpoch: 1 }), topics: [], rackId: 'b' }
    const next = await leader.send(Fetch, 12, again)
    expect(next.responses[0]?.partitions[0]?.preferredReadReplica).toBe(2)
  })

  it('a replica that is taken away is recommended no more', async () => {
    const partitions = [{ partitionIndex: 0, replicas: [1] }]
    await leader.send(AlterPartitionReassignments, 1, { topics: [{ name: topic.name, partitions }] })
    for (const peer of [leader, follower])
      await untilDescribed(peer, topic, ({ replicaNodes }) => replicaNodes.length === 1)
    expect(await from(leader, 'b')).toMatchObject({ preferredReadReplica: -1, values: all })
    expect((await from(follower, 'b')).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
  })
})
