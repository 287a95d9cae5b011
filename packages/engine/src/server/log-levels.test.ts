import { lineLogger } from '@sluice/effects'
import { AlterConfigOp } from '@sluice/wire'
import { expect, it } from 'vitest'
import { LogLevels } from './log-levels.ts'

it('what is set holds for one node’s lines, at once and for those loggers that it has made', () => {
  const lines: string[] = []
  const all = lineLogger(
    (line) => void lines.push(line),
    'warn',
    () => 0,
  )
  const levels = new LogLevels(all.level)
  const node = all.with({ broker: 1 }, () => levels.own)
  const part = node.with({ part: 'a' })
  const write = () => {
    lines.length = 0
    for (const logger of [all, node, part]) {
      logger.debug('said')
      logger.warn('told')
    }
    return lines.map((line) => line.split(' ').slice(1).join(' '))
  }
  const told = ['WARN told', 'WARN told broker=1', 'WARN told broker=1 part=a']
  expect(write()).toEqual(told)
  expect([...levels.all()]).toEqual([['root', 'WARN']])
  const set = (value: string) =>
    levels.alter([{ name: 'root', configOperation: AlterConfigOp.set, value }], false)
  expect(set('TRACE')).toBeNull()
  expect([...levels.all()]).toEqual([['root', 'TRACE']])
  expect(write()).toEqual([
    'WARN told',
    'DEBUG said broker=1',
    'WARN told broker=1',
    'DEBUG said broker=1 part=a',
    'WARN told broker=1 part=a',
  ])
  set('FATAL')
  expect(write()).toEqual(['WARN told'])
})
