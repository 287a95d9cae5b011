// Medians, spread, and the table in Markdown.

export function median(values) {
  const sorted = values.filter((value) => value !== undefined).toSorted((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** `767 (702–801)`: the median, and from the least to the most. */
function withSpread(values) {
  const known = values.filter((value) => value !== undefined)
  if (known.length === 0) return '–'
  const middle = format(median(known))
  return known.length === 1
    ? middle
    : `${middle} (${format(Math.min(...known))}–${format(Math.max(...known))})`
}

function format(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(value >= 1 ? 2 : 3)
}

function ratio(ours, theirs) {
  if (ours === undefined || theirs === undefined || theirs === 0) return '–'
  return `${(ours / theirs).toFixed(2)} ×`
}

/**
 * `lines`: title, unit, wanted, ours[], theirs[], raw[]. With another broker the ratio is against it, and the
 * wish stands beside; else against the loopback.
 */
export function markdownTable(lines, otherName) {
  const head = otherName
    ? ['work', 'unit', 'Sluice', otherName, `against ${otherName}`, 'wanted', 'against raw loopback']
    : ['work', 'unit', 'Sluice', 'raw loopback', 'against raw loopback']
  const rows = lines.map((line) => {
    const loopback = ratio(median(line.ours), median(line.raw))
    return otherName
      ? [
          line.title,
          line.unit,
          withSpread(line.ours),
          withSpread(line.theirs),
          ratio(median(line.ours), median(line.theirs)),
          line.wanted ?? '',
          loopback,
        ]
      : [line.title, line.unit, withSpread(line.ours), withSpread(line.raw), loopback]
  })
  const text = (cells) => `| ${cells.join(' | ')} |`
  return [text(head), text(head.map(() => '---')), ...rows.map(text)].join('\n')
}
