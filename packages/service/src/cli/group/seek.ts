import { readFileSync } from 'node:fs'
import {
  atCoordinator,
  commitOffsets,
  type GroupOffset,
  KafkaError,
  type PartitionPlace,
} from '@sluice/client'
import { ErrorCode } from '@sluice/wire'
import { type Command, Option } from 'commander'
import { UsageError } from '../../usage-error.ts'
import { type KafkaAccess, withKafka } from '../kafka/access.ts'
import { boundsOrNull, groupState, placeName } from '../kafka/groups.ts'
import { offsetHelp, type OffsetSpec, parseOffsets, resolveOffsets } from '../kafka/offset-range.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { chosenPartitions, topicsNamed } from '../kafka/topics.ts'
import { formatOption, type OutputFormat, printAll } from '../output.ts'

interface Flags extends KafkaFlags {
  to?: OffsetSpec
  by?: number
  toGroup?: string
  toFile?: string
  topics?: string[]
  dryRun?: boolean
  output: OutputFormat
}

interface Moved extends PartitionPlace {
  before: number | null
  after: number
  /** What the group reads again, or leaves out where it is less than nothing. */
  again: number
  done: boolean
}

const columns = {
  TOPIC: ({ topic }: Moved) => topic,
  PARTITION: ({ partition }: Moved) => partition,
  BEFORE: ({ before }: Moved) => before,
  AFTER: ({ after }: Moved) => after,
  'READS AGAIN': ({ again }: Moved) => again,
  DONE: ({ done }: Moved) => (done ? 'yes' : 'dry run'),
}

const ways = ['to', 'by', 'toGroup', 'toFile'] as const

export function seekVerb(): Command {
  const options = [
    new Option('--to <offset>', 'start, end, an offset, -10, @TIME').argParser(
      parseOffsets('--to', Date.now()),
    ),
    new Option('--by <n>', 'so many on, or back where it is negative').argParser((text) => {
      if (!/^[+-]?\d+$/.test(text))
        throw new UsageError(`--by takes a whole number, and got ${JSON.stringify(text)}.`)
      return Number(text)
    }),
    new Option('--to-group <group>', 'where that one is'),
    new Option('--to-file <path>', 'lines of TOPIC PARTITION OFFSET'),
    new Option(
      '--topics <name...>',
      'only these, with all their partitions (default: what it has committed)',
    ),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb('seek', 'let a group that nobody is in go on from elsewhere', options)
    .argument('<group>')
    .addHelpText('after', offsetHelp)
    .action(async (group: string, flags: Flags) => {
      if (ways.filter((way) => flags[way] !== undefined).length !== 1)
        throw new UsageError('Say where to: one of --to, --by, --to-group, --to-file.')
      if (flags.to?.to) throw new UsageError('--to takes one place, not a range.')
      const moved = await withKafka(flags, `The group ${group} was not moved.`, (kafka) =>
        seek(kafka, group, flags),
      )
      await printAll(moved, columns, flags.output)
    })
}

async function seek(kafka: KafkaAccess, group: string, flags: Flags): Promise<Moved[]> {
  const { members, offsets } = await groupState(kafka, group)
  if (members.length > 0) throw new KafkaError(ErrorCode.NON_EMPTY_GROUP)
  const committed = new Map(offsets.map((one) => [placeName(one), one.offset]))
  const targets = await targetsOf(kafka, offsets, flags)
  if (targets.length === 0) throw new UsageError(`${group} has committed nothing: name topics with --topics.`)
  if (!flags.dryRun)
    await atCoordinator(kafka, group, (connection) => commitOffsets(connection, group, targets))
  return targets.map((target) => {
    const before = committed.get(placeName(target)) ?? null
    const { topic, partition, offset: after } = target
    return {
      topic,
      partition,
      before,
      after,
      again: before === null ? 0 : before - after,
      done: !flags.dryRun,
    }
  })
}

async function targetsOf(
  kafka: KafkaAccess,
  offsets: readonly GroupOffset[],
  flags: Flags,
): Promise<GroupOffset[]> {
  const isMeant = ({ topic }: PartitionPlace) => flags.topics?.includes(topic) ?? true
  if (flags.toFile !== undefined) return linesOf(flags.toFile).filter(isMeant)
  if (flags.toGroup !== undefined)
    return [...(await groupState(kafka, flags.toGroup)).offsets].filter(isMeant)
  const places = flags.topics ? await placesOf(kafka, flags.topics) : offsets
  const { to, by = 0 } = flags
  if (to)
    return Promise.all(
      places.map(async ({ topic, partition }) => {
        const { start } = await resolveOffsets(kafka, { topic, partition }, to)
        return { topic, partition, offset: start }
      }),
    )
  return Promise.all(
    offsets.filter(isMeant).map(async (one) => {
      const bounds = await boundsOrNull(kafka, one)
      const offset = Math.max(bounds?.start ?? 0, Math.min(bounds?.end ?? Infinity, one.offset + by))
      return { topic: one.topic, partition: one.partition, offset }
    }),
  )
}

async function placesOf(kafka: KafkaAccess, names: readonly string[]): Promise<PartitionPlace[]> {
  const topics = await topicsNamed(kafka, names)
  return topics.flatMap((topic) =>
    chosenPartitions(topic, undefined).map((partition) => ({ topic: topic.name ?? '', partition })),
  )
}

function linesOf(path: string): GroupOffset[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return []
    const parts = /^\s*(?<topic>\S+)\s+(?<partition>\d+)\s+(?<offset>\d+)\s*$/.exec(line)?.groups
    if (!parts) throw new UsageError(`Line ${at + 1} of ${path} is not TOPIC PARTITION OFFSET: ${line}`)
    return [
      { topic: parts['topic'] ?? '', partition: Number(parts['partition']), offset: Number(parts['offset']) },
    ]
  })
}
