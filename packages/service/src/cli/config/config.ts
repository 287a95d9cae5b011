import { Command } from 'commander'
import { getVerb } from './get.ts'
import { setVerb } from './set.ts'

export function configCommand(): Command {
  return new Command('config')
    .description('configs of topics, brokers, groups and client metrics')
    .addCommand(getVerb())
    .addCommand(setVerb())
}
