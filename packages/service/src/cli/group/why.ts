import { type GroupVerdict, whyGroup } from '@sluice/client'
import { type Command, Option } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { withKafka } from '../kafka/access.ts'
import { type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { formatOption, type OutputFormat, printOne } from '../output.ts'
import { wholeNumber } from '../options.ts'

interface Flags extends KafkaFlags {
  watchMs: number
  output: OutputFormat
}

const columns = {
  Verdict: ({ what }: GroupVerdict) => what,
  Cause: ({ cause }: GroupVerdict) => cause,
  Why: ({ why }: GroupVerdict) => why,
  Next: ({ fix }: GroupVerdict) => fix,
}

export function whyVerb(): Command {
  const options = [
    new Option('--watch-ms <n>', 'for so long it is looked whether it gets on')
      .argParser(wholeNumber('--watch-ms'))
      .default(2_000),
    formatOption(),
  ]
  return kafkaVerb('why', 'why does a group not consume? Exit code 0: it is well, 1: it is not', options)
    .argument('<group>')
    .action(async (group: string, flags: Flags) => {
      const verdict = await withKafka(flags, `Nothing can be said of the group ${group}.`, (kafka) =>
        whyGroup(kafka, group, { watchMs: flags.watchMs }),
      )
      await printOne(verdict, columns, flags.output)
      if (!verdict.isWell) process.exitCode = exitCodes.failed
    })
}
