/* How many shards a stream on demand has, decided purely. */

/** What it has taken at most, a day an entry, and since when somebody looks. */
export interface Demand {
  sinceMs: number
  /** How many shards the day's peak would have filled. */
  peaks: { day: number; shards: number }[]
}

const dayMs = 86_400_000
/** AWS's guide: it takes twice the peak of the last 30 days. */
const daysRemembered = 30
const shardsMin = 4

/** With what was taken in the last minute; the same object where that is no new peak. */
export function withPeak(demand: Demand | undefined, nowMs: number, shards: number): Demand {
  const day = Math.floor(nowMs / dayMs)
  const { sinceMs = nowMs, peaks = [] } = demand ?? {}
  const today = peaks.find((one) => one.day === day)
  if (demand && (today ? shards <= today.shards : shards === 0)) return demand
  const recent = peaks.filter((one) => one.day !== day && one.day > day - daysRemembered)
  return { sinceMs, peaks: [...recent, { day, shards }] }
}

/**
 * How many it shall have: enough for twice the peak, and no fewer than it is kept warm for. Shards double and halve, so that most
 * keys stay where they are, and none are taken away before 30 days have shown that fewer will do.
 */
export function shardsWanted(
  { sinceMs, peaks }: Demand,
  { nowMs, present, warm, max }: { nowMs: number; present: number; warm: number; max: number },
): number {
  const from = Math.floor(nowMs / dayMs) - daysRemembered
  const peak = Math.max(0, ...peaks.filter(({ day }) => day > from).map(({ shards }) => shards))
  const needed = Math.min(Math.max(shardsMin, warm, Math.ceil(2 * peak)), max)
  let wanted = present
  while (wanted < needed) wanted *= 2
  const mayShrink = nowMs - sinceMs >= daysRemembered * dayMs
  while (mayShrink && wanted % 2 === 0 && wanted / 2 >= needed) wanted /= 2
  return Math.min(wanted, Math.max(max, present))
}
