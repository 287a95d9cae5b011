import { Command } from 'commander'
import { addPartitionsVerb } from './add-partitions.ts'
import { alterVerb } from './alter.ts'
import { createVerb } from './create.ts'
import { deleteVerb } from './delete.ts'
import { describeVerb } from './describe.ts'
import { listVerb } from './list.ts'
import { trimVerb } from './trim.ts'

export function topicCommand(): Command {
  const command = new Command('topic').description('topics: of a cluster of ours, or of any with -b')
  const verbs = [
    listVerb(),
    createVerb(),
    describeVerb(),
    alterVerb(),
    addPartitionsVerb(),
    trimVerb(),
    deleteVerb(),
  ]
  for (const verb of verbs) command.addCommand(verb)
  return command
}
