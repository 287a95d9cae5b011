import { KafkaError } from '@sluice/client'
import { ErrorCode } from '@sluice/wire'
import type { Command } from 'commander'
import { type KafkaAccess, withKafka } from '../kafka/access.ts'
import { boundsOrNull, groupState, placeName } from '../kafka/groups.ts'
import { type KafkaFlags, kafkaVerb } from '../kafka/options.ts'
import { formatOption, type OutputFormat, printOne, textOfAll } from '../output.ts'

interface Flags extends KafkaFlags {
  output: OutputFormat
}

interface PartitionLag {
  topic: string
  partition: number
  /** Null: the group has committed nothing. */
  committed: number | null
  end: number | null
  lag: number | null
  member: string | null
}

interface ShownGroup {
  group: string
  state: string
  type: string
  assignor: string
  members: {
    memberId: string
    instanceId: string | null
    clientId: string
    host: string
    partitions: number
  }[]
  lag: number
  partitions: PartitionLag[]
}

const columns = {
  Group: ({ group }: ShownGroup) => group,
  State: ({ state }: ShownGroup) => state,
  Type: ({ type }: ShownGroup) => type,
  Assignor: ({ assignor }: ShownGroup) => assignor,
  Members: ({ members }: ShownGroup) => members.length,
  Lag: ({ lag }: ShownGroup) => lag,
}

const partitionColumns = {
  TOPIC: ({ topic }: PartitionLag) => topic,
  PARTITION: ({ partition }: PartitionLag) => partition,
  COMMITTED: ({ committed }: PartitionLag) => committed,
  END: ({ end }: PartitionLag) => end,
  LAG: ({ lag }: PartitionLag) => lag,
  MEMBER: ({ member }: PartitionLag) => member,
}

export function describeVerb(): Command {
  return kafkaVerb('describe', 'show a group: its members, and how far it is behind', [formatOption()])
    .argument('<group>')
    .action(async (group: string, flags: Flags) => {
      const shown = await withKafka(flags, `The group ${group} cannot be described.`, (kafka) =>
        describe(kafka, group),
      )
      await printOne(shown, columns, flags.output)
      if (flags.output === 'table' && shown.partitions.length > 0)
        process.stdout.write(`\n${await textOfAll(shown.partitions, partitionColumns, 'table')}`)
    })
}

async function describe(kafka: KafkaAccess, group: string): Promise<ShownGroup> {
  const { state, type, assignor, members, offsets } = await groupState(kafka, group)
  if (state === 'Dead' && offsets.length === 0)
    throw new KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, `There is no group ${group}.`)
  const committed = new Map(offsets.map((one) => [placeName(one), one.offset]))
  const owners = new Map(
    members.flatMap(({ clientId, host, partitions }) =>
      partitions.map((place) => [placeName(place), `${clientId} ${host}`]),
    ),
  )
  const places = new Map(
    [...offsets, ...members.flatMap(({ partitions }) => partitions)].map((place) => [
      placeName(place),
      place,
    ]),
  )
  const partitions = await Promise.all(
    [...places].map(async ([name, place]): Promise<PartitionLag> => {
      const { topic, partition } = place
      const bounds = await boundsOrNull(kafka, place)
      const own = committed.get(name) ?? null
      const lag = bounds && Math.max(0, bounds.end - Math.max(own ?? bounds.start, bounds.start))
      const member = owners.get(name) ?? null
      return { topic, partition, committed: own, end: bounds?.end ?? null, lag, member }
    }),
  )
  partitions.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
  return {
    ...{ group, state, type, assignor, partitions },
    members: members.map(({ memberId, instanceId, clientId, host, partitions: own }) => ({
      ...{ memberId, instanceId, clientId, host },
      partitions: own.length,
    })),
    lag: partitions.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
  }
}
