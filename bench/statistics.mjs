// Medians, spread and ratios, and how figures are written.

const known = (values) => values.filter((value) => value !== undefined && value !== null)

export function median(values) {
  const sorted = known(values).toSorted((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** `767 (702–801)`: the median, and from the least to the most. */
export function withSpread(values) {
  const all = known(values)
  if (all.length === 0) return '–'
  const middle = format(median(all))
  return all.length === 1 ? middle : `${middle} (${format(Math.min(...all))}–${format(Math.max(...all))})`
}

/** Three digits that count, no false precision. */
export function format(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(value >= 1 ? 2 : 3)
}

/** One median over the other; undefined where one of them is missing. */
export function ratioOfMedians(some, others) {
  const [one, other] = [median(some), median(others)]
  return one === undefined || !other ? undefined : one / other
}

export function formatRatio(ratio) {
  return ratio === undefined ? '–' : `${ratio.toFixed(2)} ×`
}
