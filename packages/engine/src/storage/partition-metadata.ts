import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import { isUuid } from '@sluice/wire'

const partitionMetadataFileName = 'partition.metadata'

/** The topic id in a partition's directory; null where none was written. */
export function readTopicId(disk: Disk, directory: string): string | null {
  const path = join(directory, partitionMetadataFileName)
  if (!disk.existsSync(path)) return null
  const text = disk.readFileSync(path).toString('utf8')
  const version = /^version: *(\d+)\s*$/m.exec(text)?.[1]
  const topicId = /^topic_id: *(\S+)\s*$/m.exec(text)?.[1]
  // A power cut may leave the file empty.
  if (version !== '0' || topicId === undefined || !isUuid(topicId)) return null
  // A copy: a slice would keep the whole text.
  return Buffer.from(topicId, 'latin1').toString('latin1')
}

export function writeTopicId(disk: Disk, directory: string, topicId: string): void {
  disk.writeFileAtomicSync(join(directory, partitionMetadataFileName), `version: 0\ntopic_id: ${topicId}`, {
    durable: false,
  })
}
