import { atController, createTopic, KafkaError } from '@sluice/client'
import { ErrorCode } from '@sluice/wire'
import { type Command, Option } from 'commander'
import { withKafka } from '../kafka/access.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { pairOf } from '../kafka/pairs.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'
import { wholeNumber } from '../options.ts'

interface Flags extends KafkaFlags {
  partitions?: number
  replicas?: number
  config?: Record<string, string>
  ifNotExists?: boolean
  dryRun?: boolean
  output: OutputFormat
}

interface Outcome {
  name: string
  outcome: 'created' | 'would be created' | 'is there already'
  partitions: number | null
  replicas: number | null
}

const columns = {
  NAME: ({ name }: Outcome) => name,
  OUTCOME: ({ outcome }: Outcome) => outcome,
  PARTITIONS: ({ partitions }: Outcome) => partitions,
  REPLICAS: ({ replicas }: Outcome) => replicas,
}

export function createVerb(): Command {
  const options = [
    new Option('-p, --partitions <n>', 'default: num.partitions of the broker').argParser(
      wholeNumber('--partitions'),
    ),
    new Option('-r, --replicas <n>', 'default: default.replication.factor of the broker').argParser(
      wholeNumber('--replicas'),
    ),
    new Option('-c, --config <key=value>', 'such as retention.ms=60000; may come several times').argParser(
      pairOf('--config'),
    ),
    new Option('--if-not-exists', 'a topic that is there already is no error'),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb('create', 'make topics', options)
    .argument('<names...>')
    .action(async (names: string[], flags: Flags) => {
      const outcomes: Outcome[] = []
      for (const name of names)
        outcomes.push(
          await withKafka(flags, `The topic ${name} was not created.`, (kafka) =>
            atController(kafka, async (connection) => {
              const { partitions, replicas: replicationFactor, config: configs } = flags
              const asked = { partitions, replicationFactor, configs, validateOnly: flags.dryRun ?? false }
              try {
                const made = await createTopic(connection, name, asked)
                const outcome = flags.dryRun ? 'would be created' : 'created'
                return { name, outcome, partitions: made.partitions, replicas: made.replicationFactor }
              } catch (error) {
                const isThere = error instanceof KafkaError && error.code === ErrorCode.TOPIC_ALREADY_EXISTS
                if (!isThere || !flags.ifNotExists) throw error
                return { name, outcome: 'is there already', partitions: null, replicas: null }
              }
            }),
          ),
        )
      await printAll(outcomes, columns, flags.output)
    })
}
