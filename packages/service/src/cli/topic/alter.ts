import { alterConfigs, atController } from '@sluice/client'
import { ConfigResourceType } from '@sluice/wire'
import { type Command, Option } from 'commander'
import { UsageError } from '../../usage-error.ts'
import { withKafka } from '../kafka/access.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { pairOf } from '../kafka/pairs.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'

interface Flags extends KafkaFlags {
  set?: Record<string, string>
  unset?: string[]
  dryRun?: boolean
  output: OutputFormat
}

interface Change {
  name: string
  config: string
  /** Null: it is as the broker has it from now on. */
  value: string | null
  done: boolean
}

const columns = {
  NAME: ({ name }: Change) => name,
  CONFIG: ({ config }: Change) => config,
  VALUE: ({ value }: Change) => value ?? '(default)',
  DONE: ({ done }: Change) => (done ? 'yes' : 'dry run'),
}

export function alterVerb(): Command {
  const options = [
    new Option('--set <key=value>', 'may come several times').argParser(pairOf('--set')),
    new Option('--unset <key...>', 'back to its default'),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb('alter', 'change configs of topics', options)
    .argument('<names...>')
    .action(async (names: string[], flags: Flags) => {
      const unset = Object.fromEntries((flags.unset ?? []).map((key) => [key, null]))
      const changes: Record<string, string | null> = { ...flags.set, ...unset }
      if (Object.keys(changes).length === 0)
        throw new UsageError('Say what to change: --set retention.ms=60000, or --unset retention.ms.')
      const validateOnly = flags.dryRun ?? false
      const done: Change[] = []
      for (const name of names) {
        await withKafka(flags, `The topic ${name} was not changed.`, (kafka) =>
          atController(kafka, (connection) =>
            alterConfigs(connection, ConfigResourceType.topic, name, changes, { validateOnly }),
          ),
        )
        for (const [config, value] of Object.entries(changes))
          done.push({ name, config, value, done: !validateOnly })
      }
      await printAll(done, columns, flags.output)
    })
}
