/*
 * ListOffsets, versions 1 to 11.
 *
 * - By time: the first record at or after it, never beyond what the isolation level lets a consumer read.
 * - Special times: −1 latest, −2 earliest, −3 largest timestamp (KIP-734, version 7 on), −4 earliest local (8 on),
 *   −5 latest tiered (9 on), −6 earliest pending upload (11 on). Without tiered storage −4 is −2, and −5 and −6
 *   have no offset.
 * - Leader epochs (KIP-320).
 * - Right after an election no consumer is told an end that may lie before what was committed (KIP-207).
 */
import { ErrorCode, type Input, type Int64, ListOffsets, type RequestOf, type ResponseOf } from '@sluice/wire'
import type { Partition } from '../../replication/partition.ts'
import { eachInSteps, eachOfSteps, type Steps } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { handler, type RequestContext } from '../handler.ts'

const latest = -1
const earliest = -2
const maxTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const earliestPendingUpload = -6
const readCommitted = 1
const consumerReplicaId = -1
/** Whoever asks so is told of any replica, up to its end. */
const debuggingReplicaId = -2
const leaderEpochVersionMin = 4
const offsetNotAvailableVersionMin = 5

/** The lowest version that knows each special time. */
const versionMinOf = new Map<Int64, number>([
  [latest, 1],
  [earliest, 1],
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
])

interface Found {
  timestamp: Int64
  offset: number
  leaderEpoch: number
}

const notAvailable = ErrorCode.OFFSET_NOT_AVAILABLE
const nothing: Found = { timestamp: -1, offset: -1, leaderEpoch: -1 }

export const listOffsets = handler(
  ListOffsets,
  [each('describe', 'topic')],
  function* (request, context): Steps<Promise<{ topics: Answered[] }>> {
    const duplicates = yield* namedTwice(request.topics)
    const searches: Promise<void>[] = []
    const topics = yield* eachOfSteps(request.topics, function* ({ name, partitions }) {
      const answered = yield* eachInSteps(partitions, (wanted) => {
        const { partitionIndex } = wanted
        const found = duplicates.get(name)?.has(partitionIndex)
          ? ErrorCode.INVALID_REQUEST
          : lookUp(name, wanted, request, context)
        if (!(found instanceof Promise)) return answer(partitionIndex, found, context)
        const later = answer(partitionIndex, nothing, context)
        searches.push(
          found.then((place) => void Object.assign(later, answer(partitionIndex, place, context))),
        )
        return later
      })
      return { name, partitions: answered }
    })
    return Promise.all(searches).then(() => ({ topics }))
  },
)

type Answered = NonNullable<Input<ResponseOf<typeof ListOffsets>>['topics']>[number]

/** By topic, the partitions that the request names more than once. */
function* namedTwice(
  topics: RequestOf<typeof ListOffsets>['topics'],
): Steps<ReadonlyMap<string, ReadonlySet<number>>> {
  const seen = new Map<string, Set<number>>()
  const twice = new Map<string, Set<number>>()
  for (const { name, partitions } of topics) {
    const before = setOf(seen, name)
    for (const { partitionIndex } of partitions) {
      yield
      if (before.has(partitionIndex)) setOf(twice, name).add(partitionIndex)
      before.add(partitionIndex)
    }
  }
  return twice
}

function setOf(sets: Map<string, Set<number>>, name: string): Set<number> {
  const known = sets.get(name)
  if (known) return known
  const made = new Set<number>()
  sets.set(name, made)
  return made
}

function answer(partitionIndex: number, found: Found | ErrorCode, { apiVersion }: RequestContext) {
  const errorCode = typeof found === 'number' ? found : ErrorCode.NONE
  const { leaderEpoch, ...place } = typeof found === 'number' ? nothing : found
  return { partitionIndex, errorCode, ...place, ...(apiVersion >= leaderEpochVersionMin && { leaderEpoch }) }
}

/** At once, but for what must be searched for in the log. */
function lookUp(
  topic: string,
  wanted: { partitionIndex: number; currentLeaderEpoch: number; timestamp: Int64 },
  request: { replicaId: number; isolationLevel: number },
  context: RequestContext,
): Found | ErrorCode | Promise<Found | ErrorCode> {
  const { timestamp } = wanted
  if (timestamp < 0 && context.apiVersion < (versionMinOf.get(timestamp) ?? Infinity))
    return ErrorCode.UNSUPPORTED_VERSION
  const { partitions } = context.broker
  const partition =
    request.replicaId === debuggingReplicaId
      ? partitions.read(topic, wanted.partitionIndex, wanted.currentLeaderEpoch)
      : partitions.led(topic, wanted.partitionIndex, wanted.currentLeaderEpoch)
  if (typeof partition === 'number') return partition
  const { log } = partition
  const end =
    request.replicaId !== consumerReplicaId
      ? log.logEndOffset
      : request.isolationLevel === readCommitted
        ? log.lastStableOffset
        : log.highWatermark
  const isUnsure = request.replicaId === consumerReplicaId && partition.isCommitLagging
  const unsure =
    context.apiVersion >= offsetNotAvailableVersionMin ? notAvailable : ErrorCode.LEADER_NOT_AVAILABLE
  if (isUnsure && timestamp === latest) return unsure
  const place = offsetFor(timestamp, partition, end)
  if (!(place instanceof Promise)) return place
  const sure = isUnsure ? place.then((found) => (found === nothing ? unsure : found)) : place
  return sure.catch((failure: unknown) => {
    partition.readFailed(failure)
    return ErrorCode.KAFKA_STORAGE_ERROR
  })
}

function offsetFor(timestamp: Int64, partition: Partition, end: number): Found | Promise<Found> {
  const { log } = partition
  switch (timestamp) {
    case latest:
      return { timestamp: -1, offset: end, leaderEpoch: partition.leaderEpoch }
    case earliest:
    case earliestLocal:
      return {
        timestamp: -1,
        offset: log.logStartOffset,
        leaderEpoch: log.leaderEpochs.epochAt(log.logStartOffset) ?? -1,
      }
    case latestTiered:
    case earliestPendingUpload:
      return nothing
    default:
      return search(timestamp, partition, end)
  }
}

async function search(timestamp: Int64, { log }: Partition, end: number): Promise<Found> {
  const found = await (timestamp === maxTimestamp
    ? log.maxTimestampOffset()
    : log.offsetForTimestamp(timestamp))
  return found && found.offset < end ? found : nothing
}
