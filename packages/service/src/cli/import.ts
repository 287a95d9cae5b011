import { type Command, Option } from 'commander'
import { UsageError } from '../usage-error.ts'
import { withKafka } from './kafka/access.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from './kafka/options.ts'
import { pairOf } from './kafka/pairs.ts'
import { wholeNumber } from './options.ts'
import { formatOption, type OutputFormat, printOne } from './output.ts'
import { type Imported, importTopics } from './transfer/import-topics.ts'

interface Flags extends KafkaFlags {
  rename?: Record<string, string>
  replicas?: number
  dryRun?: boolean
  output: OutputFormat
}

export const importColumns = {
  Topics: ({ topics }: Imported) => topics,
  Groups: ({ groups }: Imported) => groups,
  Records: ({ records }: Imported) => records,
  'Gaps filled': ({ gaps }: Imported) => gaps,
}

export function replicasOption(): Option {
  return new Option('-r, --replicas <n>', 'of each topic (default: as many as it had)').argParser(
    wholeNumber('--replicas'),
  )
}

export function importCommand(): Command {
  const options = [
    new Option('--rename <old=new>', 'may come several times').argParser(pairOf('--rename')),
    replicasOption(),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb(
    'import',
    'make topics of an export: every record has its offset and its timestamp again',
    options,
  )
    .argument('[file]', 'default: stdin')
    .action(async (path: string | undefined, flags: Flags) => {
      if (path === undefined && process.stdin.isTTY) throw new UsageError('Name the file, or pipe it in.')
      const { rename = {}, replicas } = flags
      const imported = await withKafka(flags, 'Not all was imported.', (kafka) =>
        importTopics(kafka, {
          path,
          dryRun: flags.dryRun ?? false,
          rename: (topic) => rename[topic] ?? topic,
          ...(replicas !== undefined && { replicas }),
        }),
      )
      await printOne(imported, importColumns, flags.output)
    })
}
