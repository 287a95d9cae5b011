import { alterConfigs, atController, persistently } from '@sluice/client'
import { type Command, Option } from 'commander'
import { UsageError } from '../../usage-error.ts'
import { type KafkaAccess, withKafka } from '../kafka/access.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { pairOf } from '../kafka/pairs.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'
import { connectionFor, type Kind, kindArgument, kinds, nameHelp, resourceName } from './resources.ts'

interface Flags extends KafkaFlags {
  unset?: string[]
  dryRun?: boolean
  output: OutputFormat
}

interface Change {
  name: string
  /** Null: back at its default. */
  value: string | null
  done: boolean
}

const columns = {
  NAME: ({ name }: Change) => name,
  VALUE: ({ value }: Change) => value ?? '(default)',
  DONE: ({ done }: Change) => (done ? 'yes' : 'dry run'),
}

export function setVerb(): Command {
  const options = [new Option('--unset <key...>', 'back to its default'), dryRunOption(), formatOption()]
  return kafkaVerb('set', 'change configs', options)
    .addArgument(kindArgument())
    .argument('<name>', nameHelp)
    .argument('[key=value...]')
    .action(async (kind: Kind, given: string, pairs: string[], flags: Flags) => {
      const set = pairs.reduce<Record<string, string>>((all, pair) => pairOf('config set')(pair, all), {})
      const unset = Object.fromEntries((flags.unset ?? []).map((key) => [key, null]))
      const changes: Record<string, string | null> = { ...set, ...unset }
      if (Object.keys(changes).length === 0)
        throw new UsageError('Say what to change: retention.ms=60000, or --unset retention.ms.')
      const name = resourceName(kind, given)
      const validateOnly = flags.dryRun ?? false
      await withKafka(flags, `The configs of the ${kind} ${given} were not changed.`, (kafka) =>
        alter(kafka, kind, name, changes, validateOnly),
      )
      const done = Object.entries(changes).map(([key, value]) => ({ name: key, value, done: !validateOnly }))
      await printAll(done, columns, flags.output)
    })
}

function alter(
  kafka: KafkaAccess,
  kind: Kind,
  name: string,
  changes: Record<string, string | null>,
  validateOnly: boolean,
): Promise<void> {
  if (kind === 'broker' && name !== '')
    return persistently(kafka, async () =>
      alterConfigs(await connectionFor(kafka, kind, name), kinds[kind], name, changes, { validateOnly }),
    )
  return atController(kafka, (connection) =>
    alterConfigs(connection, kinds[kind], name, changes, { validateOnly }),
  )
}
