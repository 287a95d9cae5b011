// Whether memory stays flat. Pure functions of the samples.
import { median } from './statistics.mjs'

const growthMax = 1.05
/** What a minute may be above one before it and still count as settled. */
const settlingMax = 1.02
/** A heap grows in steps, with minutes between them in which nothing seems to move. */
const settledMinutes = 4

/** `minutes`: the samples of each minute so far. */
export function hasSettled(minutes) {
  const [first, ...others] = minutes.slice(-settledMinutes).map(median)
  return minutes.length >= settledMinutes && others.every((minute) => minute <= first * settlingMax)
}

/** `samples`: in MB, at a steady rate, from when the memory has settled. */
export function judge(samples) {
  const third = Math.floor(samples.length / 3)
  const first = median(samples.slice(0, third))
  const last = median(samples.slice(-third))
  return { first, last, most: Math.max(...samples), isFlat: last <= first * growthMax }
}
