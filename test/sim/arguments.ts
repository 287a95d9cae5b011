import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Clients, Feed } from './simulation.ts'

/** What `npm run sim` was told. */
export interface SimArguments {
  readonly seed: number
  readonly seeds: number
  readonly feeds: readonly Feed[]
  readonly clients: readonly Clients[]
  readonly brokers: number
  /** How many are played at once, each by a thread. */
  readonly jobs: number
  readonly story: boolean
  /** One service hosts all of a cluster, and is killed. */
  readonly isOneService: boolean
  /** Rather a leader that is out of sync than none, as on MSK. */
  readonly isUnclean: boolean
  /** Bugs are put in. */
  readonly mutations: boolean
  /** A part of the name of the bugs that are put in; with `--mutations`. */
  readonly only: string
}

const usage = `Usage: npm run sim -- [--seed N] [--seeds COUNT] [--jobs COUNT] [--feed inline|fetch] [--clients records|transactions|consumers]
                      [--brokers N] [--one-service] [--unclean] [--story]
       npm run sim -- --mutations [--seeds COUNT] [--jobs COUNT] [--only TEXT]
  --seed       The first seed. Default: 1
  --seeds      How many are played. Default: 1; of mutations at most 500 each
  --jobs       How many of them at once. Default: as many as there are cores
  --feed       How followers come by their records. Default: both
  --clients    Who uses the cluster. Default: all, one after the other
  --brokers    Default: 3
  --one-service  All of the cluster is killed at once, too, as where one service hosts it
  --unclean    With unclean.leader.election.enable, as MSK has it: where nobody in sync can be had, records may be lost
  --story      Tells the story of seeds that find nothing too
  --mutations  Puts bugs in on purpose, until a seed finds each
  --only       Those whose name has this text`

const feeds: readonly Feed[] = ['inline', 'fetch']
const clientKinds: readonly Clients[] = ['records', 'transactions', 'consumers']

/** Null where the command line cannot be meant so; then how it is used has been printed. */
export function simArguments(args: readonly string[]): SimArguments | null {
  const read = readArguments(args)
  if (!read) console.error(usage)
  return read
}

function readArguments(args: readonly string[]): SimArguments | null {
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean', default: false } as const
    const texts = {
      seed: text,
      seeds: text,
      brokers: text,
      jobs: text,
      feed: text,
      clients: text,
      only: text,
    }
    const options = { ...texts, 'one-service': flag, unclean: flag, story: flag, mutations: flag }
    const { values } = parseArgs({ args: [...args], options })
    const { feed, story, mutations, unclean: isUnclean, only = '' } = values
    const numbers = {
      seed: Number(values.seed ?? 1),
      seeds: Number(values.seeds ?? (mutations ? 500 : 1)),
      brokers: Number(values.brokers ?? 3),
      jobs: Number(values.jobs ?? availableParallelism()),
    }
    const chosen = feeds.filter((one) => feed === undefined || feed === one)
    const clients = clientKinds.filter((one) => values.clients === undefined || values.clients === one)
    const isMeant = Object.values(numbers).every((number) => Number.isSafeInteger(number) && number > 0)
    if (!isMeant || chosen.length === 0 || clients.length === 0) return null
    const isOneService = values['one-service']
    return { ...numbers, isOneService, isUnclean, feeds: chosen, clients, story, mutations, only }
  } catch {
    return null
  }
}
