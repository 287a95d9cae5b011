import { createTopic } from '@sluice/client'
import { AlterReplicaLogDirs, DescribeLogDirs, ErrorCode } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../testing/two-brokers.ts'

describe('AlterReplicaLogDirs', () => {
  let world: World
  beforeEach(async () => {
    world = await new World().start()
  })
  afterEach(() => world.close())

  it('leaves replicas where they are, for there is no other directory', async () => {
    await world.events()
    await createTopic(world.client, 'elsewhere', { assignments: [[2]] })
    const { results } = await world.client.send(DescribeLogDirs, 4, { topics: null })
    const topics = ['events', 'elsewhere', 'none'].map((name) => ({ name, partitions: [0] }))
    const move = async (path: string) => {
      const response = await world.client.send(AlterReplicaLogDirs, 2, { dirs: [{ path, topics }] })
      return response.results.map(({ topicName, partitions }) => [topicName, partitions[0]?.errorCode])
    }
    expect(await move(results[0]?.logDir ?? '')).toEqual([
      ['events', ErrorCode.NONE],
      ['elsewhere', ErrorCode.REPLICA_NOT_AVAILABLE],
      ['none', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ])
    expect(new Set((await move('/elsewhere')).map(([, code]) => code))).toEqual(
      new Set([ErrorCode.LOG_DIR_NOT_FOUND]),
    )
  })
})
