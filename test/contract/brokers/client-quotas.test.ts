import {
  AlterClientQuotas,
  DescribeClientQuotas,
  DescribeConfigs,
  ErrorCode,
  IncrementalAlterConfigs,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byChance, eventually, uniqueName } from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'

const loggerType = 8

describe('of several brokers', () => {
  let cluster: Cluster
  let peers: readonly Peer[]
  beforeAll(async () => {
    cluster = await Cluster.open()
    peers = [await cluster.peer(1), await cluster.peer(2), await cluster.peer(3)]
  })
  afterAll(() => cluster?.close())

  const peer = (id: number) => peers[id - 1] ?? expect.fail()

  it('any takes quotas, and each has them', async () => {
    const user = uniqueName('user')
    const entity = [{ entityType: 'user', entityName: user }]
    const alter = async (id: number, remove: boolean) => {
      const ops = [{ key: 'consumer_byte_rate', value: 5_000, remove }]
      const { entries } = await peer(id).send(AlterClientQuotas, 1, {
        entries: [{ entity, ops }],
        validateOnly: false,
      })
      return entries.map(({ errorCode }) => errorCode)
    }
    const values = async (id: number) => {
      const components = [{ entityType: 'user', matchType: 0, match: user }]
      const { entries } = await peer(id).send(DescribeClientQuotas, 1, { components, strict: true })
      return entries?.flatMap((entry) => entry.values) ?? []
    }
    const untilKnown = (count: number) =>
      byChance(() =>
        eventually(async () => {
          const all = await Promise.all([1, 2, 3].map(values))
          return all.every(({ length }) => length === count) ? true : undefined
        }),
      )
    expect(await alter(2, false)).toEqual([ErrorCode.NONE])
    await untilKnown(1)
    for (const id of [1, 2, 3])
      expect(await values(id)).toEqual([{ key: 'consumer_byte_rate', value: 5_000 }])
    expect(await alter(3, true)).toEqual([ErrorCode.NONE])
    await untilKnown(0)
  })

  it('each has loggers of its own, and none speaks for another', async () => {
    const level = async (id: number, of = id) => {
      const resources = [{ resourceType: loggerType, resourceName: String(of), configurationKeys: ['root'] }]
      const { results } = await peer(id).send(DescribeConfigs, 4, { resources })
      return results[0]?.errorCode === ErrorCode.NONE ? results[0].configs[0]?.value : results[0]?.errorCode
    }
    const set = async (id: number, of: number, value: string) => {
      const configs = [{ name: 'root', configOperation: 0, value }]
      const { responses } = await peer(id).send(IncrementalAlterConfigs, 1, {
        resources: [{ resourceType: loggerType, resourceName: String(of), configs }],
        validateOnly: false,
      })
      return responses[0]?.errorCode
    }
    const before = String(await byChance(() => level(1)))
    expect(await set(1, 1, 'FATAL')).toBe(ErrorCode.NONE)
    expect(await level(1)).toBe('FATAL')
    expect(await byChance(() => level(2))).toBe(before)
    expect(await set(2, 1, 'FATAL')).toBe(ErrorCode.INVALID_REQUEST)
    expect(await level(2, 1)).toBe(ErrorCode.INVALID_REQUEST)
    expect(await byChance(() => set(1, 1, before))).toBe(ErrorCode.NONE)
  })
})
