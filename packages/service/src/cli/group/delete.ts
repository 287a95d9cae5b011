import { atCoordinator, deleteGroup, KafkaError } from '@sluice/client'
import { ErrorCode } from '@sluice/wire'
import type { Command } from 'commander'
import { withKafka } from '../kafka/access.ts'
import { groupState } from '../kafka/groups.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'

interface Flags extends KafkaFlags {
  dryRun?: boolean
  output: OutputFormat
}

interface Deleted {
  group: string
  /** How many it forgets. */
  offsets: number
  done: boolean
}

const columns = {
  GROUP: ({ group }: Deleted) => group,
  OFFSETS: ({ offsets }: Deleted) => offsets,
  DELETED: ({ done }: Deleted) => (done ? 'yes' : 'dry run'),
}

export function deleteVerb(): Command {
  return kafkaVerb('delete', 'forget groups with what they have committed', [dryRunOption(), formatOption()])
    .argument('<groups...>')
    .action(async (groups: string[], flags: Flags) => {
      const deleted: Deleted[] = []
      for (const group of groups)
        deleted.push(
          await withKafka(flags, `The group ${group} was not deleted.`, async (kafka) => {
            const { members, offsets } = await groupState(kafka, group)
            if (flags.dryRun && members.length > 0) throw new KafkaError(ErrorCode.NON_EMPTY_GROUP)
            if (!flags.dryRun)
              await atCoordinator(kafka, group, (connection) => deleteGroup(connection, group))
            return { group, offsets: offsets.length, done: !flags.dryRun }
          }),
        )
      await printAll(deleted, columns, flags.output)
    })
}
