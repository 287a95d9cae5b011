import type { ListedGroup } from '@sluice/client'
import type { Command } from 'commander'
import { withKafka } from '../kafka/access.ts'
import { allGroups } from '../kafka/groups.ts'
import { type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'

interface Flags extends KafkaFlags {
  output: OutputFormat
}

const columns = {
  GROUP: ({ group }: ListedGroup) => group,
  STATE: ({ state }: ListedGroup) => state,
  TYPE: ({ type }: ListedGroup) => type,
  PROTOCOL: ({ protocol }: ListedGroup) => protocol,
}

export function listVerb(): Command {
  return kafkaVerb('list', 'list groups', [formatOption()]).action(async (flags: Flags) => {
    await printAll(await withKafka(flags, 'The groups cannot be listed.', allGroups), columns, flags.output)
  })
}
