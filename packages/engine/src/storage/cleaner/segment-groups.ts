import { canHold, offsetEntryBytes } from '../offset-index.ts'
import { timeEntryBytes } from '../time-index.ts'

/** What a segment takes of the one that it would become a part of. */
interface SegmentSize {
  readonly baseOffset: number
  readonly size: number
  readonly offsetEntries: number
  readonly timeEntries: number
}

/**
 * Which segments become one: neighbours, as many as are no larger together than one may be. Each of the groups is cleaned
 * and put in place by itself.
 */
export function groupSegments<S extends SegmentSize>(
  segments: readonly S[],
  limits: { segmentBytes: number; indexBytes: number; endOffset: number },
): S[][] {
  const groups: S[][] = []
  let sums = { size: 0, offsetEntries: 0, timeEntries: 0 }
  for (const [at, segment] of segments.entries()) {
    const group = groups.at(-1)
    const size = sums.size + segment.size
    const offsetEntries = sums.offsetEntries + segment.offsetEntries
    const timeEntries = sums.timeEntries + segment.timeEntries
    const lastOffset = (segments[at + 1]?.baseOffset ?? limits.endOffset) - 1
    const fits =
      size <= limits.segmentBytes &&
      offsetEntries * offsetEntryBytes <= limits.indexBytes &&
      timeEntries * timeEntryBytes <= limits.indexBytes
    const isNear = group?.[0] && canHold(group[0].baseOffset, lastOffset)
    if (group && fits && isNear) {
      group.push(segment)
      sums = { size, offsetEntries, timeEntries }
    } else {
      groups.push([segment])
      sums = segment
    }
  }
  return groups
}
