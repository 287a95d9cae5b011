import { lineLogger, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { RefusalLog } from './refusal-log.ts'

function world() {
  const clock = new TestClock(0)
  const lines: string[] = []
  const logger = lineLogger(
    (line) => lines.push(line.slice(25)),
    'info',
    () => clock.now(),
  )
  return { clock, lines, log: new RefusalLog({ clock, logger }) }
}

it('tells a refusal at once, and those that are like it as their number', async () => {
  const { clock, lines, log } = world()
  for (let i = 0; i < 1_000; i++)
    log.tell('a login is refused', '10.0.0.1', 'no user', { mechanism: 'PLAIN' })
  log.tell('a login is refused', '10.0.0.2', 'no user')
  expect(lines).toEqual([
    'WARN a login is refused client=10.0.0.1 reason="no user" mechanism=PLAIN',
    'WARN a login is refused client=10.0.0.2 reason="no user"',
  ])
  await clock.advance(60_000)
  expect(lines.slice(2)).toEqual([
    'WARN a login is refused, again client=10.0.0.1 reason="no user" times=999',
  ])
  log.tell('a login is refused', '10.0.0.1', 'no user')
  expect(lines).toHaveLength(4)
})

it('stays small, whatever those send who are refused', async () => {
  const { clock, lines, log } = world()
  for (let i = 0; i < 10_000; i++)
    log.tell('a login is refused', '10.0.0.1', `no user ${i}${'x'.repeat(10_000)}`)
  await clock.advance(60_000)
  expect(lines.join('\n').length).toBeLessThan(50_000)
  expect(lines.at(-1)).toBe('WARN a login is refused, again client=many reason=many times=9899')
})

it('tells what it has counted when nobody comes any more, and leaves no timer behind', async () => {
  const { clock, lines, log } = world()
  for (let i = 0; i < 3; i++) log.tell('a login is refused', '10.0.0.1', 'no user')
  log.close()
  expect(lines.at(-1)).toBe('WARN a login is refused, again client=10.0.0.1 reason="no user" times=2')
  log.tell('a login is refused', '10.0.0.1', 'no user')
  await clock.advance(120_000)
  expect(lines).toHaveLength(2)
})
