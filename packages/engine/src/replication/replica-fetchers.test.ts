import { silentLogger, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { Follower } from './follower.ts'
import { PartitionDisk } from './partition-disk.ts'
import { ReplicaFetchers } from './replica-fetchers.ts'
import { followed, me, other, PartitionContext } from './testing/partition-context.ts'
import { Traffic } from './traffic.ts'
import { Waiters } from './waiters.ts'

it('forgets a broker that is registered no more once it leads nothing, and knows it when it is back', async () => {
  const running: Promise<unknown>[] = []
  const fetchers = new ReplicaFetchers({
    brokerId: me,
    brokerEpoch: () => 7,
    clock: new TestClock(),
    logger: silentLogger,
    config: { int: () => 1_000 },
    connect: () => Promise.reject(new Error('nobody is there')),
    watch: (work) => void running.push(work),
  })
  fetchers.begin()
  const { log, context } = new PartitionContext()
  const [disk, traffic] = [new PartitionDisk(context, log.topicPartition), new Traffic()]
  const replica = { topic: 'events', index: 0, log, disk, waiters: new Waiters(), traffic, context }
  const follower = new Follower(replica, followed, fetchers)
  fetchers.forget(other)
  expect(running).toHaveLength(1)
  follower.close()
  fetchers.forget(other)
  // Its loop has ended.
  await Promise.all(running)
  fetchers.follow(follower)
  expect(running).toHaveLength(3)
  fetchers.close()
})
