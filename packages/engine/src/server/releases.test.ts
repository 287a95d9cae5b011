import { ApiVersions, ConsumerGroupHeartbeat, Fetch, Metadata, Produce } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { handlers } from '../broker/api-table.ts'
import type { ServedApi } from './handler.ts'
import { releaseOf, versionsIn } from './releases.ts'

const served = (api: { apiKey: number }) => handlers.get(api.apiKey) as ServedApi

describe('a release', () => {
  it('shows what it has of what we serve', () => {
    const range = (release: string, api: { apiKey: number }) => versionsIn(releaseOf(release), served(api))
    expect(range('3.8.1', Metadata)).toEqual({ minVersion: 0, maxVersion: 12 })
    expect(range('3.8.1', Fetch)).toEqual({ minVersion: 4, maxVersion: 16 })
    expect(range('2.8.1-zookeeper', Produce)).toEqual({ minVersion: 3, maxVersion: 9 })
    expect(range('2.8.1-zookeeper', ApiVersions)).toEqual({ minVersion: 0, maxVersion: 3 })
    expect(versionsIn(null, served(Fetch))).toMatchObject({ minVersion: 4, maxVersion: 18 })
  })

  it('has the APIs of its groups from the release on that has them', () => {
    expect(releaseOf('3.9.1').apis.has(ConsumerGroupHeartbeat.apiKey)).toBe(false)
    expect(releaseOf('4.0.1').apis.has(ConsumerGroupHeartbeat.apiKey)).toBe(true)
  })

  it('has features by its metadata version, and none with ZooKeeper', () => {
    expect(Object.fromEntries(releaseOf('3.9.1').features)).toEqual({
      'metadata.version': 21,
      'kraft.version': 1,
    })
    expect(releaseOf('4.0.1').features.has('eligible.leader.replicas.version')).toBe(false)
    expect(releaseOf('3.9.1-zookeeper').features.size).toBe(0)
  })

  it('of which nothing is known is none', () => {
    expect(() => releaseOf('3.10.0')).toThrow(/of which there are facts/)
  })
})
