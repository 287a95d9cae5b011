import { describe, expect, it } from 'vitest'
import { MetricStore } from './metric-store.ts'

const minute = 60_000
const namespace = 'AWS/Kafka'
const series = {
  namespace,
  name: 'BytesInPerSec',
  dimensions: { 'Cluster Name': 'demo', 'Broker ID': '1' },
}
const values = (store: MetricStore, from = 0, to = 10_000) =>
  store.values(series, from * minute, to * minute).map(({ atMs, sum }) => [atMs / minute, sum])

describe('the store of metrics', () => {
  it('has a value a minute, and gaps where there was none', () => {
    const store = new MetricStore()
    for (const at of [100, 101, 104]) store.record(at * minute + 20, namespace, [{ ...series, value: at }])
    expect(values(store)).toEqual([
      [100, 100],
      [101, 101],
      [104, 104],
    ])
    expect(values(store, 101, 104)).toEqual([[101, 101]])
    expect(store.list()).toEqual([{ ...series, lastAtMs: 104 * minute }])
  })

  it('knows a metric by its name and its dimensions in any order', () => {
    const store = new MetricStore()
    const dimensions = { 'Broker ID': '1', 'Cluster Name': 'demo' }
    store.record(0, namespace, [{ ...series, value: 1 }])
    store.record(minute, namespace, [{ name: series.name, dimensions, value: 2 }])
    store.record(minute, namespace, [{ ...series, name: 'BytesOutPerSec', value: 3 }])
    expect(values(store)).toEqual([
      [0, 1],
      [1, 2],
    ])
    expect(store.list()).toHaveLength(2)
  })

  it('keeps twelve hours of each, and nothing of what had no value since', () => {
    const store = new MetricStore()
    store.record(0, namespace, [{ ...series, name: 'Gone', value: 1 }])
    for (let at = 1; at <= 2_000; at++) store.record(at * minute, namespace, [{ ...series, value: at }])
    const kept = values(store)
    expect(kept).toHaveLength(720)
    expect([kept[0], kept.at(-1)]).toEqual([
      [1_281, 1_281],
      [2_000, 2_000],
    ])
    expect(store.list().map(({ name }) => name)).toEqual(['BytesInPerSec'])
    store.record(2_500 * minute, namespace, [{ ...series, value: 7 }])
    expect(values(store).at(-1)).toEqual([2_500, 7])
    expect(values(store).at(-2)).toEqual([2_000, 2_000])
    expect(values(store)[0]).toEqual([1_781, 1_781])
  })

  it('has all that came within a minute, where that is several values', () => {
    const store = new MetricStore()
    const set = { sum: 30, count: 3, minimum: 5, maximum: 15 }
    for (let at = 0; at < 40; at += 2) store.record(at * minute, namespace, [{ ...series, value: set }])
    const kept = store.values(series, 0, 100 * minute)
    expect(kept).toHaveLength(20)
    expect(kept.at(-1)).toEqual({ atMs: 38 * minute, ...set })
    expect(store.latest(series)).toBe(30)
  })

  it('knows the same name in another namespace as another metric', () => {
    const store = new MetricStore()
    store.record(0, namespace, [{ ...series, value: 1 }])
    store.record(0, 'AWS/Kinesis', [{ ...series, value: 2 }])
    expect(values(store)).toEqual([[0, 1]])
    expect(store.list().map((one) => one.namespace)).toEqual(['AWS/Kafka', 'AWS/Kinesis'])
  })

  it('takes nothing beyond its bound, and says so', () => {
    const store = new MetricStore()
    const many = Array.from({ length: 5_003 }, (_, n) => ({ name: `m${n}`, dimensions: {}, value: n }))
    expect(store.record(0, namespace, many)).toBe(3)
    expect(store.record(minute, namespace, many.slice(0, 5_000))).toBe(0)
    expect(store.list()).toHaveLength(5_000)
  })

  it('heeds no minute before the last one', () => {
    const store = new MetricStore()
    store.record(10 * minute, namespace, [{ ...series, value: 10 }])
    store.record(9 * minute, namespace, [{ ...series, value: 9 }])
    expect(values(store)).toEqual([[10, 10]])
  })
})
