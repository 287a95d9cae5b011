import { Command } from 'commander'
import { deleteVerb } from './delete.ts'
import { describeVerb } from './describe.ts'
import { listVerb } from './list.ts'
import { seekVerb } from './seek.ts'
import { whyVerb } from './why.ts'

export function groupCommand(): Command {
  const command = new Command('group').description(
    'groups of consumers: of a cluster of ours, or of any with -b',
  )
  for (const verb of [listVerb(), describeVerb(), whyVerb(), seekVerb(), deleteVerb()])
    command.addCommand(verb)
  return command
}
