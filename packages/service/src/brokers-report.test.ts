import { expect, it } from 'vitest'
import { reportOf } from './brokers-report.ts'

const partition = (leader: number, replicas: number[], isr: number[]) => ({ leader, replicas, isr })
const log = (topic: string, bytes: number) => ({ topic, partition: 0, bytes })

it('counts what brokers lead, hold and lack, those that do not answer among them', () => {
  const partitions = [partition(2, [1, 2], [2]), partition(-1, [1], [])]
  const topics = [{ name: 'orders', isInternal: false, partitions }]
  const directory = { nodeId: 2, totalBytes: 1_000, usableBytes: 900 }
  const directories = [{ ...directory, logs: [log('orders', 30), log('gone', 5), log('orders', 40)] }]
  const report = reportOf({ controllerId: 2, topics }, directories)
  expect(report).toEqual({
    brokers: [
      { broker: 1, leads: 0, replicas: 2, inSync: 0, bytes: null, volumeBytes: null },
      { broker: 2, leads: 1, replicas: 1, inSync: 1, bytes: 75, volumeBytes: 1_000 },
    ],
    topics: [{ topic: 'orders', partitions: 2, replicas: 1, outOfSync: 2, leaderless: 1, bytes: 70 }],
  })
})

it('has nothing of who says nothing', () => {
  expect(reportOf(null, [])).toEqual({ brokers: [], topics: [] })
  const silent = { nodeId: 1, totalBytes: -1, usableBytes: -1, logs: [] }
  expect(reportOf(null, [silent]).brokers).toMatchObject([{ broker: 1, bytes: 0, volumeBytes: null }])
})
