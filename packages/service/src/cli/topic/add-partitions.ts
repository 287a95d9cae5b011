import { atController, setPartitionCount } from '@sluice/client'
import { type Command, Option } from 'commander'
import { withKafka } from '../kafka/access.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { topicsNamed, type TopicMetadata } from '../kafka/topics.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'
import { wholeNumber } from '../options.ts'

interface Flags extends KafkaFlags {
  num: number
  dryRun?: boolean
  output: OutputFormat
}

interface Grown {
  name: string
  before: number
  after: number
  done: boolean
}

const columns = {
  NAME: ({ name }: Grown) => name,
  BEFORE: ({ before }: Grown) => before,
  AFTER: ({ after }: Grown) => after,
  DONE: ({ done }: Grown) => (done ? 'yes' : 'dry run'),
}

export function addPartitionsVerb(): Command {
  const options = [
    new Option('-n, --num <n>', 'how many more').argParser(wholeNumber('--num')).makeOptionMandatory(),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb(
    'add-partitions',
    'give topics more partitions; keys may go to others from then on',
    options,
  )
    .argument('<names...>')
    .action(async (names: string[], flags: Flags) => {
      const validateOnly = flags.dryRun ?? false
      const grown: Grown[] = []
      for (const name of names)
        grown.push(
          await withKafka(flags, `The topic ${name} got no more partitions.`, async (kafka) => {
            const [topic] = (await topicsNamed(kafka, [name])) as [TopicMetadata]
            const before = topic.partitions.length
            const after = before + flags.num
            await atController(kafka, (connection) =>
              setPartitionCount(connection, name, after, { validateOnly }),
            )
            return { name, before, after, done: !validateOnly }
          }),
        )
      await printAll(grown, columns, flags.output)
    })
}
