import { AssertionFailure } from '@sluice/effects'
import { createTopic } from '@sluice/client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Follower } from './replication/follower.ts'
import { ReplicaFetchSession } from './replication/replica-fetch-session.ts'
import { breaks } from './testing/breaks.ts'
import { World } from './testing/two-brokers.ts'

// The doors of replication: a bug in a follower stops its broker, and never the one that leads.

const doors: [title: string, target: object, method: string][] = [
  ['what a fetcher asks', ReplicaFetchSession.prototype, 'request'],
  ['what a fetcher makes of an answer', ReplicaFetchSession.prototype, 'answered'],
  ['the feed of a leader that it has caught up with', Follower.prototype, 'openFeed'],
]
const bugs: [title: string, bug: Error][] = [
  ['a failed assertion', new AssertionFailure('a bug')],
  ['an ordinary throw', new TypeError('a bug')],
]

describe('a bug in a follower stops its broker alone', () => {
  let world: World
  afterEach(async () => {
    vi.restoreAllMocks()
    await world.close()
  })

  for (const [door, target, method] of doors)
    it.each(bugs)(`in ${door}: %s`, async (_, bug) => {
      world = await new World().start()
      breaks(target as never, method as never, bug)
      await createTopic(world.client, 'events', { assignments: [[1, 2]] })
      await world.clock.advance(2_000)
      expect(world.cluster.brokers.map(({ nodeId, state }) => [nodeId, state])).toEqual([
        [1, 'running'],
        [2, 'failed'],
      ])
      expect(world.told).toEqual(['broker 2: a bug'])
    })
})
