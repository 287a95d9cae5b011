import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import { offsetBounds, readTopics } from '@sluice/client'
import type { KafkaAccess } from '../kafka/access.ts'
import { groupState } from '../kafka/groups.ts'
import { Progress } from '../kafka/progress.ts'
import { jsonRecord } from '../kafka/record-json.ts'
import { chosenPartitions, ownConfigs, type TopicMetadata } from '../kafka/topics.ts'
import { lineText, type TopicLine } from './topic-lines.ts'

export interface Exported {
  topics: number
  groups: number
  records: number
}

/** What is there when it begins: topics, their records (what is committed), and where groups are. */
export async function exportTopics(
  kafka: KafkaAccess,
  topics: readonly TopicMetadata[],
  groups: readonly string[],
  path: string | undefined,
): Promise<Exported> {
  const out = outputOf(path)
  const progress = new Progress({ showsData: path === undefined })
  const exported = { topics: topics.length, groups: groups.length, records: 0 }
  try {
    for (const topic of topics) {
      const line = await topicLine(kafka, topic)
      await out.write(lineText(line))
      const ranges = line.partitions.map((place) => ({ ...place, topic: line.topic }))
      for await (const records of readTopics({ ...kafka, ranges })) {
        await out.write(records.map((record) => lineText(jsonRecord(record))).join(''))
        exported.records += records.length
        progress.at(() => `${exported.records.toLocaleString('en')} records, ${line.topic}`)
      }
    }
    for (const group of groups) {
      const { offsets } = await groupState(kafka, group)
      await out.write(lineText({ sluice: 'group', group, offsets }))
    }
  } finally {
    progress.end()
    await out.end()
  }
  return exported
}

async function topicLine(kafka: KafkaAccess, topic: TopicMetadata): Promise<TopicLine> {
  const name = topic.name ?? ''
  const partitions = await Promise.all(
    chosenPartitions(topic, undefined).map(async (partition) => ({
      partition,
      ...(await offsetBounds(kafka, name, partition)),
    })),
  )
  const replicas = topic.partitions[0]?.replicaNodes.length ?? 1
  return { sluice: 'topic', topic: name, replicas, configs: await ownConfigs(kafka, name), partitions }
}

/** Into a file, gzipped where its name ends so, or to stdout. */
function outputOf(path: string | undefined) {
  const file = path === undefined ? process.stdout : createWriteStream(path)
  const gzip = path?.endsWith('.gz') ? createGzip() : null
  gzip?.pipe(file)
  const stream = gzip ?? file
  let failure: Error | undefined
  file.on('error', (error) => (failure = error))
  return {
    async write(text: string): Promise<void> {
      if (failure) throw failure
      if (text !== '' && !stream.write(text)) await once(stream, 'drain')
    },
    async end(): Promise<void> {
      if (path === undefined) return
      const finished = once(file, 'close')
      stream.end()
      await finished
      if (failure) throw failure
    },
  }
}
