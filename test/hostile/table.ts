import type { Ordeal } from './ordeal.ts'

export interface HostileRow extends Ordeal {
  readonly what: string
}

const ms = (value: number) => `${value.toFixed(0)} ms`
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`

/** What one engine went through, for a screen. */
export function textTable(rows: readonly HostileRow[]): string {
  const line = (first: string, ...others: string[]) =>
    [first.padEnd(84), ...others.map((other) => other.padStart(9))].join(' ')
  return [
    line('API and request', 'wait', 'hold', 'in all', 'answer', 'memory'),
    ...rows.map(({ what, longestWaitMs, longestHoldMs, busyMs, answerBytes, memoryBytes }) =>
      line(what, ms(longestWaitMs), ms(longestHoldMs), ms(busyMs), mb(answerBytes), mb(memoryBytes)),
    ),
  ].join('\n')
}

/** Both engines side by side, for a page. */
export function markdownTable(ours: readonly HostileRow[], theirs: readonly HostileRow[]): string {
  const byWhat = new Map(theirs.map((row) => [row.what, row]))
  const cells = (row: HostileRow | undefined) =>
    row
      ? [ms(row.longestWaitMs), mb(row.memoryBytes), row.answerBytes ? mb(row.answerBytes) : 'closed']
      : ['', '', '']
  const row = (cell: readonly string[]) => `| ${cell.join(' | ')} |`
  return [
    row([
      'request',
      'wait: Sluice',
      'Apache Kafka',
      'memory: Sluice',
      'Apache Kafka',
      'answer: Sluice',
      'Apache Kafka',
    ]),
    row(['---', '--:', '--:', '--:', '--:', '--:', '--:']),
    ...ours.map((our) => {
      const [[wait, memory, answer], [wait2, memory2, answer2]] = [cells(our), cells(byWhat.get(our.what))]
      return row([our.what, wait, wait2, memory, memory2, answer, answer2].map(String))
    }),
  ].join('\n')
}
