// What a test pays for its brokers (`npm run bench -- --testing`), in one warm process.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { tableOf } from '../report.mjs'
import { withSpread } from '../statistics.mjs'

const program = fileURLToPath(new URL('measure.cjs', import.meta.url))

const rows = [
  ['KafkaServer.start() to the first acknowledged record, one broker', 'ms', '≤ 30', 'oneBroker'],
  ['the same, three brokers', 'ms', '≤ 60', 'threeBrokers'],
  ['fork() of a server with 10,000 records', 'ms', '≤ 20', 'fork'],
  ['reset()', 'ms', '≤ 5', 'reset'],
  ['processor time of a request while nobody taps', 'µs', '', 'unheard'],
  ['the same while somebody does', 'µs', '', 'heard'],
  ['memory that each of 100 servers leaves', 'KB', '≤ 16', 'keptKilobytes'],
  ['handles that 100 servers leave', '', '0', 'keptHandles'],
]

export function testing({ rounds, quick }) {
  const counts = quick ? [3, 20] : [5 * rounds, 100]
  const figures = JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', program, ...counts.map(String)], { encoding: 'utf8' }),
  )
  const lines = rows.map(([title, unit, wanted, key]) => [title, unit, withSpread(figures[key]), wanted])
  return tableOf([['what', 'unit', 'p50 (least–most)', 'wanted'], ...lines])
}
