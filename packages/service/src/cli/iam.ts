import { resolve } from 'node:path'
import { Command } from 'commander'
import { silentLogger, systemEffects } from '@sluice/effects'
import type { askIam } from '../iam-question.ts'
import { UsageError } from '../usage-error.ts'
import { exitCodes } from './exit-codes.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat, printOne } from './output.ts'

interface CanFlags {
  dataDir: string
  context?: string[]
  output: OutputFormat
}

export function iamCommand(): Command {
  return new Command('iam').description('ask the policies of iam.json').addCommand(
    new Command('can')
      .description('may somebody do something? Exit code 0: yes, 1: no')
      .argument('<who>', 'the ARN of a user, a role or a session of one, or an access key')
      .argument('<action>', 'such as kafka:DeleteCluster or kafka-cluster:ReadData')
      .argument('<resource>', 'an ARN, or * for an action without a resource')
      .option('--context <key=value...>', 'what conditions may ask for, such as aws:SourceIp=10.0.0.1')
      .addOption(formatOption())
      .addOption(dataDirOption())
      .action(async (who: string, action: string, resource: string, flags: CanFlags) => {
        // It knows all operations of all services: other verbs do without that.
        const asked = await import('../iam-question.ts')
        const effects = { ...systemEffects(), logger: silentLogger }
        const context = contextOf(flags.context ?? [])
        const { question, decision } = asked.askIam(effects, resolve(flags.dataDir), {
          who,
          action,
          resource,
          context,
        })
        const { isAllowed, by, source } = decision
        const answer = {
          decision: isAllowed ? 'allow' : 'deny',
          principal: question.caller.arn,
          action,
          resource,
          by,
        }
        const line = `${answer.decision}  ${reasonOf({ isAllowed, by, source })}\n`
        await printOne(answer, () => line, flags.output)
        if (!isAllowed) process.exitCode = exitCodes.failed
      }),
  )
}

function reasonOf({ isAllowed, by, source }: ReturnType<typeof askIam>['decision']): string {
  if (by) return `${by.statement} of ${by.policy}`
  return isAllowed ? 'the account itself may do everything' : `no ${source} policy allows it`
}

function contextOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1)
        throw new UsageError(`--context takes key=value, such as aws:SourceIp=10.0.0.1, not "${pair}".`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
