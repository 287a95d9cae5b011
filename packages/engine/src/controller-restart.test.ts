import { createTopic, describeTopics, fetchRecords, produce } from '@sluice/client'
import { DescribeCluster } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { controllerNode, properties, value, World } from './testing/two-brokers.ts'

let world: World
afterEach(() => world.close())

const brokerIds = async () => {
  const { brokers } = await world.client.send(DescribeCluster, 0, {})
  return brokers.map(({ brokerId }) => brokerId).sort()
}

describe('a controller that is opened anew under running brokers', () => {
  it('finds them registered, and their sessions go on with their heartbeats', async () => {
    world = await new World().start()
    await world.events()
    await world.cluster.stopController()
    // Longer than a session: nobody is there to end it.
    await world.pass(12_000)
    await produce(world.client, 'events', 0, [value('d')])
    await world.cluster.startController(controllerNode, properties)
    await world.pass(12_000)
    expect(await brokerIds()).toEqual([1, 2])
    expect(await fetchRecords(world.client, 'events', 0, 0)).toHaveLength(4)
    const [topic] = (await describeTopics(world.client, ['events'])).topics
    // Nobody has registered anew: the leadership is the one from before.
    expect(topic?.partitions).toMatchObject([{ leaderId: 1, leaderEpoch: 0 }])
  })

  it('fences a broker that has died meanwhile', async () => {
    world = await new World().start()
    await world.cluster.stopController()
    await world.cluster.kill(2)
    await world.cluster.startController(controllerNode, properties)
    expect(await brokerIds()).toEqual([1, 2])
    await world.pass(20_000)
    expect(await brokerIds()).toEqual([1])
  })

  it('tells brokers on every side of it the same', async () => {
    world = await new World().start()
    const other = await world.connect(2)
    for (const name of ['one', 'two', 'three']) {
      const asked = createTopic(world.client, name, { assignments: [[1], [2]] })
      await world.cluster.startController(controllerNode, properties)
      await asked.catch(() => {})
    }
    const seen = async (client: typeof other) =>
      (await describeTopics(client)).topics.map(({ name }) => name).sort()
    expect(await seen(world.client)).toEqual(['one', 'three', 'two'])
    expect(await seen(other)).toEqual(['one', 'three', 'two'])
  })
})
