import type { Segment } from './segment.ts'

/** Index of the segment with the largest base at or below `offset`; 0 where all are above. */
export function floorIndex(segments: readonly Pick<Segment, 'baseOffset'>[], offset: number): number {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((segments[middle] as Segment).baseOffset <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}
