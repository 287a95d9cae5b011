import type { ConsumerOffset } from '../engines/cluster-view.ts'
import type { Sample, Sampled } from './metric.ts'
import type { Reading } from './reading.ts'

/** How far a group is behind in one partition. */
interface Lag {
  readonly offsets: number
  readonly seconds: number
}

/** Of each group and topic and, at the highest level, of each partition. */
export function lagSamples(reading: Reading, before: Reading | undefined, sampled: Sampled): Sample[] {
  const byGroup = new Map<string, ConsumerOffset[]>()
  for (const offset of reading.offsets) {
    const key = JSON.stringify([offset.group, offset.topic])
    byGroup.set(key, [...(byGroup.get(key) ?? []), offset])
  }
  return [...byGroup.values()].flatMap((offsets) => {
    const lags = offsets.map((offset) => ({ ...offset, lag: lagOf(offset, reading, before) }))
    const [first] = offsets
    const names = { 'Consumer Group': first?.group ?? '', Topic: first?.topic ?? '' }
    return [
      ...sampled(names, [
        ['DEFAULT', 'MaxOffsetLag', Math.max(...lags.map(({ lag }) => lag.offsets))],
        ['DEFAULT', 'SumOffsetLag', lags.reduce((sum, { lag }) => sum + lag.offsets, 0)],
        ['DEFAULT', 'EstimatedMaxTimeLag', Math.max(...lags.map(({ lag }) => lag.seconds))],
      ]),
      ...lags.flatMap(({ partition, lag }) =>
        sampled({ ...names, Partition: String(partition) }, [
          ['PER_TOPIC_PER_PARTITION', 'OffsetLag', lag.offsets],
          ['PER_TOPIC_PER_PARTITION', 'EstimatedTimeLag', lag.seconds],
        ]),
      ),
    ]
  })
}

/**
 * The time is an estimate: as long as it took, at the rate of the last minute, to write what the group has not read. Of a
 * partition that nobody writes to it is not known, and told as nothing.
 */
function lagOf(offset: ConsumerOffset, reading: Reading, before: Reading | undefined): Lag {
  const offsets = Math.max(0, offset.endOffset - offset.committedOffset)
  const earlier = before?.offsets.find((one) => isSame(one, offset))
  const written = earlier ? offset.endOffset - earlier.endOffset : 0
  if (!before || written <= 0) return { offsets, seconds: 0 }
  return { offsets, seconds: (offsets * (reading.atMs - before.atMs)) / 1_000 / written }
}

function isSame(a: ConsumerOffset, b: ConsumerOffset): boolean {
  return a.group === b.group && a.topic === b.topic && a.partition === b.partition
}
