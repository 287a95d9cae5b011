import type { TopicPartition } from './topic-partition.ts'

/** Waits for its removal. */
export const deleteSuffix = '-delete'
/** Of a topic that the metadata does not know: kept, never opened. */
export const straySuffix = '-stray'

/** What file systems allow. */
const nameBytesMax = 255

export function logDirectoryName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

/**
 * The name of a partition's directory that is put aside, with 32 hex digits that make it unique. A topic's name is
 * cut where all would be too long.
 */
export function asideDirectoryName(
  { topic, partition }: TopicPartition,
  hex: string,
  suffix: string,
): string {
  const end = `-${partition}.${hex}${suffix}`
  return topic.slice(0, nameBytesMax - end.length) + end
}

/** Null for directories that hold no log in use. */
export function topicPartitionOf(directoryName: string): TopicPartition | null {
  const match = /^(.+)-(\d+)$/.exec(directoryName)
  return match ? { topic: match[1] as string, partition: Number(match[2]) } : null
}

/** Whether the directory waits for its removal. */
export function isDeletedDirectory(directoryName: string): boolean {
  return /^.*-\d+\.[0-9a-f]{32}-delete$/.test(directoryName)
}

/** Of which log a directory was, before it was put aside; null where it was not, or its name is cut. */
export function putAsidePartitionOf(directoryName: string): TopicPartition | null {
  const match = /^(.+)\.[0-9a-f]{32}-(?:delete|stray)$/.exec(directoryName)
  return match && topicPartitionOf(match[1] as string)
}
