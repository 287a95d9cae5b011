import type { TrafficFigures } from '../engines/cluster-view.ts'
import { lagSamples } from './lag-samples.ts'
import type { Sample, Sampled } from './metric.ts'
import type { Reading } from './reading.ts'

/** What is told of a topic from one reading to the next. */
const rates: readonly (readonly [metric: string, figure: keyof TrafficFigures])[] = [
  ['BytesInPerSec', 'bytesIn'],
  ['BytesOutPerSec', 'bytesOut'],
  ['MessagesInPerSec', 'messagesIn'],
]

/** The metrics of a serverless cluster, of which nobody is told what its brokers do (MSK Developer Guide, "Monitor serverless clusters"). Pure. */
export function serverlessSamples(reading: Reading, before: Reading | undefined): Sample[] {
  const { name } = reading.record
  const sampled: Sampled = (dimensions, values) =>
    values
      .filter(([level]) => level === 'DEFAULT')
      .map(([, metric, value]) => ({
        name: metric,
        dimensions: { 'Cluster Name': name, ...dimensions },
        value,
      }))
  return [...topicSamples(reading, before, sampled), ...lagSamples(reading, before, sampled)]
}

function topicSamples(reading: Reading, before: Reading | undefined, sampled: Sampled): Sample[] {
  if (!before) return []
  const seconds = (reading.atMs - before.atMs) / 1_000
  const topics = new Set(reading.figures.flatMap((broker) => Object.keys(broker.topics)))
  return [...topics].flatMap((topic) =>
    sampled(
      { Topic: topic },
      rates.map(([metric, figure]) => ['DEFAULT', metric, addedTo(topic, figure, reading, before) / seconds]),
    ),
  )
}

/** By all brokers; one that has started anew counts from nothing, and so does one that has joined. */
function addedTo(topic: string, figure: keyof TrafficFigures, reading: Reading, before: Reading): number {
  return reading.figures.reduce((sum, { nodeId, topics }) => {
    const now = topics[topic]?.[figure] ?? 0
    const earlier = before.figures.find((one) => one.nodeId === nodeId)?.topics[topic]?.[figure] ?? 0
    return sum + (now >= earlier ? now - earlier : now)
  }, 0)
}
