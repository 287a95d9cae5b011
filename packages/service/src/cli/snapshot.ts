import { Command } from 'commander'
import { importColumns, replicasOption } from './import.ts'
import { withKafka } from './kafka/access.ts'
import { allGroups } from './kafka/groups.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from './kafka/options.ts'
import { allTopics } from './kafka/topics.ts'
import { formatOption, type OutputFormat, printOne } from './output.ts'
import { type Exported, exportTopics } from './transfer/export-topics.ts'
import { importTopics } from './transfer/import-topics.ts'

interface LoadFlags extends KafkaFlags {
  replicas?: number
  dryRun?: boolean
  output: OutputFormat
}

const exportColumns = {
  Topics: ({ topics }: Exported) => topics,
  Groups: ({ groups }: Exported) => groups,
  Records: ({ records }: Exported) => records,
}

/** A cluster in one file: any cluster's, in a form that any other takes. */
export function snapshotCommand(): Command {
  const command = new Command('snapshot').description(
    'a cluster’s topics, records and groups in one file, to go on with elsewhere',
  )
  return command.addCommand(saveVerb()).addCommand(loadVerb())
}

function saveVerb(): Command {
  return kafkaVerb('save', 'write all topics of users, and where groups are', [formatOption()])
    .argument('<file>', 'gzipped where it ends in .gz')
    .action(async (path: string, flags: KafkaFlags & { output: OutputFormat }) => {
      const saved = await withKafka(flags, `The snapshot ${path} was not saved.`, async (kafka) => {
        const groups = (await allGroups(kafka)).map(({ group }) => group)
        return exportTopics(kafka, await allTopics(kafka, { internal: false }), groups, path)
      })
      await printOne(saved, exportColumns, flags.output)
    })
}

function loadVerb(): Command {
  return kafkaVerb('load', 'make all of it in a cluster that has no topics of these names', [
    replicasOption(),
    dryRunOption(),
    formatOption(),
  ])
    .argument('<file>')
    .action(async (path: string, flags: LoadFlags) => {
      const { replicas, dryRun = false } = flags
      const loaded = await withKafka(flags, `The snapshot ${path} was not loaded whole.`, (kafka) =>
        importTopics(kafka, {
          ...{ path, dryRun, rename: (topic: string) => topic },
          ...(replicas !== undefined && { replicas }),
        }),
      )
      await printOne(loaded, importColumns, flags.output)
    })
}
