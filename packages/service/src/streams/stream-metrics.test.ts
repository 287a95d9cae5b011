import { expect, it } from 'vitest'
import { StreamMeter } from './stream-meter.ts'
import { StreamMetrics } from './stream-metrics.ts'
import type { Streams } from './streams.ts'

it('counts one queue after the other, for each reads its journal the first time', async () => {
  let reading = 0
  const most: number[] = []
  const queue = {
    meter: new StreamMeter(),
    count: async () => {
      most.push(++reading)
      await new Promise((resolve) => setImmediate(resolve))
      reading--
      return { InFlightQueueRecords: 1 }
    },
  }
  const list = () => ['a', 'b', 'c'].map((name) => ({ name, uuid: name }))
  const queues = { list, deliveringOf: () => queue }
  const streams = { queues, list: () => [], channels: { list: () => [] } } as unknown as Streams
  expect(await new StreamMetrics(streams).measure()).toHaveLength(3)
  expect(most).toEqual([1, 1, 1])
})
