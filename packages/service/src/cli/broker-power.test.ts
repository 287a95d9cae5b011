import { expect, it } from 'vitest'
import { isBack } from './broker-power.ts'

const why = 'until `sluice broker start` or the next start of the service.'
const brokers = [{ id: 1 }, { id: 2 }, { id: 3 }]

it.each([
  ['it is in sync', 'ACTIVE', null, true],
  ['it follows still', 'HEALING', 'Broker 2 is not in sync.', false],
  ['it is still told as stopped', 'HEALING', `Broker 2 is stopped on purpose, ${why}`, false],
  ['it is still told as one of two', 'HEALING', `Brokers 2, 3 are stopped on purpose, ${why}`, false],
  ['another is stopped', 'HEALING', `Broker 3 is stopped on purpose, ${why}`, true],
])('knows a broker that was started again, where %s', (_, state, stateInfo, answer) => {
  expect(isBack({ brokers, state, stateInfo }, 2)).toBe(answer)
})

it('knows one that does not run', () => {
  expect(isBack({ brokers: [{ id: 1 }], state: 'ACTIVE', stateInfo: null }, 2)).toBe(false)
})
