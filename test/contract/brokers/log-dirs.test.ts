import { AlterReplicaLogDirs, DescribeLogDirs, ErrorCode } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Topic, versionsOf } from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, placedTopic } from './fixture.ts'

describe('the log directories of a broker', () => {
  let cluster: Cluster
  let peer: Peer
  let topic: Topic
  /** Not on the broker that is asked. */
  let elsewhere: Topic

  beforeAll(async () => {
    cluster = await Cluster.open()
    peer = await cluster.peer(1)
    const peers = [peer, await cluster.peer(2), await cluster.peer(3)]
    topic = await placedTopic(peers, [2, 1])
    elsewhere = await placedTopic(peers, [2])
  })
  afterAll(async () => {
    for (const one of [topic, elsewhere]) await deleteTopic(peer, one)
    await cluster?.close()
  })

  it.each(versionsOf(AlterReplicaLogDirs))(
    'AlterReplicaLogDirs %i finds one, and no other',
    async (version) => {
      const topics = [{ topic: topic.name, partitions: [0] }]
      const { results } = await peer.send(DescribeLogDirs, 4, { topics })
      expect(results).toHaveLength(1)
      const own = results[0]?.logDir ?? ''
      const move = async (path: string, name: string, partitions = [0]) => {
        const dirs = [{ path, topics: [{ name, partitions }] }]
        const response = await peer.send(AlterReplicaLogDirs, version, { dirs })
        return response.results.flatMap((one) => one.partitions.map(({ errorCode }) => errorCode))
      }
      expect(await move(own, topic.name)).toEqual([ErrorCode.NONE])
      expect(await move('/no/such/directory', topic.name)).toEqual([ErrorCode.LOG_DIR_NOT_FOUND])
      expect(await move('relative', topic.name)).toEqual([ErrorCode.LOG_DIR_NOT_FOUND])
      expect(await move(own, 'no-such-topic')).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
      expect(await move(own, topic.name, [7])).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
      expect(await move(own, elsewhere.name)).toEqual([ErrorCode.REPLICA_NOT_AVAILABLE])
      expect((await peer.send(AlterReplicaLogDirs, version, { dirs: [] })).results).toEqual([])
    },
  )
})
