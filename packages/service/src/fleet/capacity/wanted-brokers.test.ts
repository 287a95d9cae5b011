import { describe, expect, it } from 'vitest'
import { type Load, spareMinutes, wantedBrokers } from './wanted-brokers.ts'

const idle: Load = { bytesInPerSecond: 0, bytesOutPerSecond: 0, partitions: 0, connections: 0 }

/** A curve of load, a number a minute, as the steps of what stands behind it: `[minute, brokers]`. */
function steps(curve: readonly number[], loadOf: (value: number) => Partial<Load>, from = 3) {
  let brokers = from
  const changes: [minute: number, brokers: number][] = []
  const seen: Load[] = []
  for (const [minute, value] of curve.entries()) {
    seen.push({ ...idle, ...loadOf(value) })
    const wanted = wantedBrokers(seen.slice(-spareMinutes), brokers)
    if (wanted !== brokers) changes.push([minute, wanted])
    brokers = wanted
  }
  return changes
}

const megabytesIn = (value: number) => ({ bytesInPerSecond: value * 1_000_000 })
const flat = (value: number, minutes: number) => Array<number>(minutes).fill(value)

describe('the brokers behind a serverless cluster', () => {
  it('are three where little is done', () => {
    expect(steps(flat(0, 100), megabytesIn)).toEqual([])
    expect(steps(flat(50, 100), megabytesIn)).toEqual([])
  })

  it('become more when load has come to stay, as many as it fills, and go one by one when it has gone', () => {
    const curve = [...flat(10, 10), ...flat(100, 30), ...flat(5, 60)]
    expect(steps(curve, megabytesIn)).toEqual([
      [12, 6],
      [54, 3],
    ])
    expect(steps([...flat(10, 10), ...flat(190, 30), ...flat(5, 60)], megabytesIn)).toEqual([
      [12, 9],
      [54, 6],
      [55, 3],
    ])
  })

  it('stay as they are for a peak of a minute or two, and for a lull', () => {
    const peaks = Array.from({ length: 200 }, (_, minute) => (minute % 20 < 2 ? 190 : 20))
    expect(steps(peaks, megabytesIn)).toEqual([])
    const lulls = Array.from({ length: 200 }, (_, minute) => (minute % 20 < 12 ? 5 : 90))
    expect(steps(lulls, megabytesIn)).toEqual([[14, 6]])
  })

  it('do not come and go with a load at the edge', () => {
    // Of a producer whose rate swings about 27 % of the quota, recorded by the minute.
    const recorded = [
      ...[51, 54, 53, 55, 52, 54, 56, 53, 50, 54, 55, 54, 52, 51, 54, 56, 55, 53, 52, 54],
      ...[49, 52, 55, 54, 53, 51, 50, 48, 53, 54, 55, 56, 54, 52, 50, 51, 53, 55, 54, 52],
    ]
    expect(steps([...recorded, ...recorded], megabytesIn)).toHaveLength(1)
  })

  it('follow a day: up in the morning, down at night, once each', () => {
    const day = Array.from({ length: 1_440 }, (_, minute) => {
      const wave = (1 - Math.cos((2 * Math.PI * minute) / 1_440)) / 2
      return 8 + 160 * wave + 6 * Math.sin(minute * 1.7)
    })
    expect(steps([...day, ...day], megabytesIn).map(([, brokers]) => brokers)).toEqual([
      ...[6, 9, 6, 3],
      ...[6, 9, 6, 3],
    ])
  })

  it('are never full for longer than it takes to see it', () => {
    const ramp = Array.from({ length: 120 }, (_, minute) => minute * 1.6)
    const changes = steps(ramp, megabytesIn)
    expect(changes.map(([, brokers]) => brokers)).toEqual([6, 9])
    for (const [minute, brokers] of changes) {
      const before = (brokers - 3) * (200 / 9)
      expect((ramp[minute] ?? 0) / before).toBeLessThan(0.9)
    }
  })

  it.each<[string, (value: number) => Partial<Load>, number]>([
    ['what is read', (value) => ({ bytesOutPerSecond: value * 1_000_000 }), 150],
    ['partitions', (value) => ({ partitions: value }), 1_000],
    ['connections', (value) => ({ connections: value }), 1_200],
  ])('come for %s as well', (_, loadOf, value) => {
    expect(steps(flat(value, 10), loadOf)).toEqual([[2, 6]])
  })
})
