import type { Command } from 'commander'
import { consume, type ConsumeFlags, consumeOptions } from './consume.ts'
import { offsetHelp } from './kafka/offset-range.ts'
import { kafkaVerb } from './kafka/options.ts'
import { formatHelp } from './kafka/record-format.ts'

/** What comes. */
export function tailCommand(): Command {
  return kafkaVerb('tail', 'show the records of topics as they come, until Ctrl-C', consumeOptions('end'))
    .argument('<topics...>')
    .addHelpText('after', offsetHelp + formatHelp)
    .action((topics: string[], flags: ConsumeFlags) => consume(topics, { ...flags, follow: true }))
}
