import { atController, deleteTopics } from '@sluice/client'
import type { Command } from 'commander'
import { withKafka } from '../kafka/access.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { topicsNamed } from '../kafka/topics.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'

interface Flags extends KafkaFlags {
  dryRun?: boolean
  output: OutputFormat
}

interface Deleted {
  name: string
  partitions: number
  done: boolean
}

const columns = {
  NAME: ({ name }: Deleted) => name,
  PARTITIONS: ({ partitions }: Deleted) => partitions,
  DELETED: ({ done }: Deleted) => (done ? 'yes' : 'dry run'),
}

export function deleteVerb(): Command {
  return kafkaVerb('delete', 'delete topics with all that they hold', [dryRunOption(), formatOption()])
    .argument('<names...>')
    .action(async (names: string[], flags: Flags) => {
      const what = `${names.length === 1 ? 'The topic' : 'Of the topics'} ${names.join(', ')} ${names.length === 1 ? 'was not' : 'not all were'} deleted.`
      const deleted = await withKafka(flags, what, async (kafka) => {
        const topics = await topicsNamed(kafka, names)
        if (!flags.dryRun) await atController(kafka, (connection) => deleteTopics(connection, names))
        return topics.map(({ name, partitions }) => ({
          name: name ?? '',
          partitions: partitions.length,
          done: !flags.dryRun,
        }))
      })
      await printAll(deleted, columns, flags.output)
    })
}
