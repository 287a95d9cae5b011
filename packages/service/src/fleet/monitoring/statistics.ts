const plain: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SampleCount: (values) => values.length,
  Sum: sum,
  Average: (values) => sum(values) / values.length,
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

const percentile = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/

export function isStatistic(name: string): boolean {
  return Object.hasOwn(plain, name) || percentile.test(name)
}

/** Of at least one value. */
export function statistic(name: string, values: readonly number[]): number {
  const known = plain[name]
  if (known) return known(values)
  const rank = (Number(percentile.exec(name)?.[1] ?? 50) / 100) * (values.length - 1)
  const sorted = [...values].sort((a, b) => a - b)
  const low = sorted[Math.floor(rank)] ?? 0
  const high = sorted[Math.ceil(rank)] ?? low
  return low + (high - low) * (rank - Math.floor(rank))
}

/** Values by the period that they are in, oldest first. */
export function byPeriod(
  values: readonly { atMs: number; value: number }[],
  periodMs: number,
): Map<number, number[]> {
  const periods = new Map<number, number[]>()
  for (const { atMs, value } of values) {
    const start = Math.floor(atMs / periodMs) * periodMs
    const list = periods.get(start)
    if (list) list.push(value)
    else periods.set(start, [value])
  }
  return periods
}
