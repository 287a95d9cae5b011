import { expect, it } from 'vitest'
import type { ClusterReport } from '../status-report.ts'
import { exitCodeOf } from './exit-codes.ts'

const broker = { id: 1, listeners: [] }
const cluster = (state: string, brokers: ClusterReport['brokers']) => ({ state, brokers }) as ClusterReport

it.each([
  ['no cluster', [], 0],
  ['all are well', [cluster('ACTIVE', [broker]), cluster('UPDATING', [broker])], 0],
  ['one heals, and a broker of it serves', [cluster('HEALING', [broker])], 0],
  ['one heals, and no broker of it serves', [cluster('ACTIVE', [broker]), cluster('HEALING', [])], 4],
  ['one has failed', [cluster('FAILED', [])], 4],
  ['one has no listener that could be served', [cluster('ACTIVE', [])], 0],
])('a script hears of a cluster that needs somebody: %s', (_, clusters, code) => {
  expect(exitCodeOf({ clusters })).toBe(code)
})
