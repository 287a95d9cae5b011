import { configEntries, persistently } from '@sluice/client'
import { type Command, Option } from 'commander'
import { withKafka } from '../kafka/access.ts'
import { type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'
import { connectionFor, type Kind, kindArgument, kinds, nameHelp, resourceName } from './resources.ts'

interface Flags extends KafkaFlags {
  all?: boolean
  output: OutputFormat
}

interface Config {
  name: string
  /** Null where nothing is set, and of what is secret. */
  value: string | null
  source: string
  readOnly: boolean
}

const columns = {
  NAME: ({ name }: Config) => name,
  VALUE: ({ value }: Config) => value,
  SOURCE: ({ source }: Config) => source,
}

/** As DescribeConfigs numbers them. */
const sources: Readonly<Record<number, string>> = {
  1: 'topic',
  2: 'broker',
  3: 'all brokers',
  4: 'server.properties',
  5: 'default',
  6: 'logger',
  7: 'client metrics',
  8: 'group',
}
const defaultSource = 5

export function getVerb(): Command {
  const all = new Option('--all', 'also what is at its default')
  return kafkaVerb('get', 'show configs, with where each comes from', [all, formatOption()])
    .addArgument(kindArgument())
    .argument('<name>', nameHelp)
    .argument('[configs...]', 'only these')
    .action(async (kind: Kind, given: string, keys: string[], flags: Flags) => {
      const name = resourceName(kind, given)
      const entries = await withKafka(flags, `The configs of the ${kind} ${given} cannot be read.`, (kafka) =>
        persistently(kafka, async () =>
          configEntries(await connectionFor(kafka, kind, name), kinds[kind], name, {
            ...(keys.length > 0 && { keys }),
          }),
        ),
      )
      const shown = entries
        .filter(({ configSource }) => flags.all || keys.length > 0 || configSource !== defaultSource)
        .map(({ name: config, value, configSource, readOnly }) => ({
          ...{ name: config, value, readOnly },
          source: sources[configSource] ?? String(configSource),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      await printAll(shown, columns, flags.output)
    })
}
