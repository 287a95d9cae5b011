// The table in Markdown.
import { formatRatio, ratioOfMedians, withSpread } from './statistics.mjs'

/**
 * `lines`: title, unit, wanted, ours[], theirs[], raw[]. With another broker the ratio is against it, and the
 * wish stands beside; else against the loopback.
 */
export function markdownTable(lines, otherName) {
  const head = otherName
    ? ['work', 'unit', 'Sluice', otherName, `against ${otherName}`, 'wanted', 'against raw loopback']
    : ['work', 'unit', 'Sluice', 'raw loopback', 'against raw loopback']
  const rows = lines.map((line) => {
    const loopback = formatRatio(ratioOfMedians(line.ours, line.raw))
    return otherName
      ? [
          line.title,
          line.unit,
          withSpread(line.ours),
          withSpread(line.theirs),
          formatRatio(ratioOfMedians(line.ours, line.theirs)),
          line.wanted ?? '',
          loopback,
        ]
      : [line.title, line.unit, withSpread(line.ours), withSpread(line.raw), loopback]
  })
  return tableOf([head, ...rows])
}

/** The first row is the head. */
export function tableOf([head, ...rows]) {
  const text = (cells) => `| ${cells.join(' | ')} |`
  return [text(head), text(head.map(() => '---')), ...rows.map(text)].join('\n')
}
