import { atLeader, deleteRecordsBefore } from '@sluice/client'
import { type Command, Option } from 'commander'
import { UsageError } from '../../usage-error.ts'
import { withKafka } from '../kafka/access.ts'
import { offsetHelp, type OffsetSpec, parseOffsets, resolveOffsets } from '../kafka/offset-range.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { partitionsOf } from '../kafka/pairs.ts'
import { chosenPartitions, topicsNamed, type TopicMetadata } from '../kafka/topics.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'

interface Flags extends KafkaFlags {
  before: OffsetSpec
  partition?: number[]
  dryRun?: boolean
  output: OutputFormat
}

interface Trimmed {
  topic: string
  partition: number
  before: number
  /** The first offset that is left. */
  start: number
  deleted: number
  done: boolean
}

const columns = {
  PARTITION: ({ partition }: Trimmed) => partition,
  'START WAS': ({ before }: Trimmed) => before,
  'START IS': ({ start }: Trimmed) => start,
  DELETED: ({ deleted }: Trimmed) => deleted,
  DONE: ({ done }: Trimmed) => (done ? 'yes' : 'dry run'),
}

export function trimVerb(): Command {
  const options = [
    new Option('--before <offset>', 'an offset, end, -10, @TIME: what is before it goes')
      .argParser(parseOffsets('--before', Date.now()))
      .makeOptionMandatory(),
    new Option('-p, --partition <n,...>', 'only these').argParser(partitionsOf('--partition')),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb('trim', 'delete the oldest records of a topic', options)
    .argument('<name>')
    .addHelpText('after', offsetHelp)
    .action(async (name: string, flags: Flags) => {
      if (flags.before.to) throw new UsageError('--before takes one place, not a range.')
      const trimmed = await withKafka(flags, `The topic ${name} was not trimmed.`, async (kafka) => {
        const [topic] = (await topicsNamed(kafka, [name])) as [TopicMetadata]
        const all: Trimmed[] = []
        for (const partition of chosenPartitions(topic, flags.partition)) {
          const from = { from: { kind: 'start' }, to: null } as const
          const { start: before } = await resolveOffsets(kafka, { topic: name, partition }, from)
          const { start } = await resolveOffsets(kafka, { topic: name, partition }, flags.before)
          if (!flags.dryRun && start > before)
            await atLeader(kafka, name, partition, (connection) =>
              deleteRecordsBefore(connection, name, partition, start),
            )
          all.push({ topic: name, partition, before, start, deleted: start - before, done: !flags.dryRun })
        }
        return all
      })
      await printAll(trimmed, columns, flags.output)
    })
}
