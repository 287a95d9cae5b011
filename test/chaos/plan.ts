import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export const usage = `Usage: npm run chaos -- [--hosting process|inline] [--at-once|--chain] [--engine embedded|apache-kafka]
                          [--seconds N] [--kills N] [--seed N]
       npm run chaos -- --kills-in-updates N [--engine NAME] [--hosting inline|process] [--seed N]
       npm run chaos -- --grow N [--engine NAME] [--hosting process|inline]
       npm run chaos -- --serverless
  --hosting   process: random faults of three brokers, their controller and the service.
              inline: the service, which has the brokers in it, is killed and started again, half of the times in a
              RebootBroker. Default: process
  --at-once   All brokers are killed at once, again and again, in place of random faults.
  --chain     Brokers, the controller and clients are killed, while records go through three hops in transactions: each is
              at the end exactly once.
  --engine    apache-kafka with --at-once, --kills-in-updates and --grow. Default: embedded
  --seconds   It ends after so long. Default: 300
  --kills     It ends after so many SIGKILLs; all at once are one. Default: 60, of all at once and inline 30
  --seed      Chooses the faults. Default: any
  --kills-in-updates  The service is killed in so many updates, each kind of MSK's in turn: each has to come to its end after
              the next start. Its brokers are in it (the default), or have processes of their own.
  --grow      UpdateBrokerCount from three to six and back, so many times, while half of the partitions move to the new
              brokers and back again.
  --serverless  A serverless cluster, whose brokers become six by themselves when 900 connections have come, and three when
              they have gone. It looks once a minute, and waits a quarter of an hour: half an hour in all.`

export interface Plan {
  engine: 'embedded' | 'apache-kafka'
  hosting: 'process' | 'inline'
  atOnce: boolean
  chain: boolean
  serverless: boolean
  seconds: number
  kills: number
  /** Another story: in so many updates. */
  killsInUpdates: number
  /** And another: of growing and shrinking. */
  rounds: number
  seed: number
}

/** Null where the arguments make no plan. */
export function planOf(args: readonly string[]): Plan | null {
  try {
    const option = { type: 'string' } as const
    const flag = { type: 'boolean', default: false } as const
    const numbers = { seconds: option, kills: option, 'kills-in-updates': option, grow: option, seed: option }
    const flags = { 'at-once': flag, chain: flag, serverless: flag }
    const { values } = parseArgs({
      args: [...args],
      options: { engine: option, hosting: option, ...flags, ...numbers },
    })
    const { engine = 'embedded', 'at-once': atOnce, chain, serverless } = values
    const isInline = values['kills-in-updates'] !== undefined && engine === 'embedded'
    const { hosting = isInline ? 'inline' : 'process' } = values
    const number = (text: string | undefined, otherwise: number) => Number(text ?? otherwise)
    const figures = {
      seconds: number(values.seconds, 300),
      kills: number(values.kills, atOnce || hosting === 'inline' ? 30 : 60),
      killsInUpdates: number(values['kills-in-updates'], 0),
      rounds: number(values.grow, 0),
      seed: number(values.seed, randomInt(1_000_000)),
    }
    if (hosting !== 'process' && hosting !== 'inline') return null
    if (engine !== 'embedded' && engine !== 'apache-kafka') return null
    const plan: Plan = { engine, hosting, atOnce, chain, serverless, ...figures }
    return Object.values(figures).every(Number.isSafeInteger) && isPossible(plan) ? plan : null
  } catch {
    return null
  }
}

/** One story at a time, and what the engine has brokers for. */
function isPossible(plan: Plan): boolean {
  const { engine, hosting, atOnce, chain, serverless, killsInUpdates, rounds } = plan
  const stories = [atOnce, chain, serverless, killsInUpdates > 0, rounds > 0].filter(Boolean).length
  if (stories > 1) return false
  if ((chain || serverless) && hosting === 'inline') return false
  if (engine === 'embedded') return true
  return hosting === 'process' && (atOnce || killsInUpdates > 0 || rounds > 0)
}
