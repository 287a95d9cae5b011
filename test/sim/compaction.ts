import { type Random, seededRandom } from '@sluice/effects'

/** A topic of which the log cleaner keeps the last record of each key. */
export const compactedTopic = 'keyed'
const keyCount = 4

/** Beside it the coordinators' own, which have what these have promised. */
const compactedTopics: ReadonlySet<string> = new Set([
  compactedTopic,
  '__consumer_offsets',
  '__transaction_state',
])

export function isCompacted(topic: string): boolean {
  return compactedTopics.has(topic)
}

/** Of what a producer has numbered. */
export function keyOf(value: string): string {
  return `k${Number(value.slice(value.lastIndexOf(':') + 1)) % keyCount}`
}

/** Whether a seed has such a topic: of its own chance, so that the others play as they did before there was one. */
export function compactsInSeed(seed: number): boolean {
  return randomOf(seed).int(2) === 0
}

/** With which properties brokers clean often, and what is small. */
export function cleanerPropertiesOf(seed: number): Record<string, string> {
  return {
    'log.cleaner.backoff.ms': String(100 + randomOf(seed).int(900)),
    'log.cleaner.min.cleanable.ratio': '0.1',
    'log.roll.ms': '800',
  }
}

export function compactedConfigsOf(random: Random): Record<string, string> {
  return {
    'cleanup.policy': 'compact',
    'segment.ms': String(100 + random.int(600)),
    'file.delete.delay.ms': '100',
  }
}

function randomOf(seed: number): Random {
  return seededRandom(seed ^ 0x5eed)
}
