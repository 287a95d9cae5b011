import { ErrorCode, type Input, type OffsetDelete, type RequestOf, type ResponseOf } from '@sluice/wire'
import { byKeyInSteps, eachInSteps, eachOfSteps, type Steps } from '../../../storage/slices.ts'
import { piecesOf } from '../pieces.ts'

export interface DeletedTopicOffsets {
  readonly name: string
  readonly errorCode: ErrorCode
}

/** Whether there is such a partition. */
export type Exists = (topic: string, partition: number) => boolean

type Deleted = DeletedTopicOffsets[] | ErrorCode

/** In pieces: any number may be named. */
export function* askedDeletions(
  { topics }: RequestOf<typeof OffsetDelete>,
  exists: Exists,
  write: (topics: readonly { name: string; partitions: readonly number[] }[]) => Promise<Deleted>,
): Steps<Promise<Deleted[]>> {
  const writes: Promise<Deleted>[] = []
  for (const { name, partitions } of topics)
    for (const piece of piecesOf(partitions)) {
      const known = piece.map((each) => each.partitionIndex).filter((index) => exists(name, index))
      writes.push(write([{ name, partitions: known }]))
      yield
    }
  // The group is judged in any case.
  if (writes.length === 0) writes.push(write([]))
  return Promise.all(writes)
}

export function* deletedOffsets(
  request: RequestOf<typeof OffsetDelete>,
  exists: Exists,
  results: readonly DeletedTopicOffsets[][],
): Steps<Input<ResponseOf<typeof OffsetDelete>>> {
  const byName = yield* byKeyInSteps(results.flat(), ({ name }) => name)
  const errorOf = (name: string, index: number) =>
    exists(name, index) ? byName.get(name)?.errorCode : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  const topics = yield* eachOfSteps(request.topics, function* ({ name, partitions }) {
    const deleted = eachInSteps(partitions, ({ partitionIndex }) => ({
      partitionIndex,
      errorCode: errorOf(name, partitionIndex),
    }))
    return { name, partitions: yield* deleted }
  })
  return { errorCode: ErrorCode.NONE, topics }
}
