import { MemoryDisk, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { AccountSettings } from './account-settings.ts'

const path = '/data/streams/account.json'

function settingsOn(disk: MemoryDisk): AccountSettings {
  return new AccountSettings({ disk, clock: new TestClock(), directory: '/data/streams' })
}

it('are there again after a start', () => {
  const disk = new MemoryDisk()
  settingsOn(disk).commit(true)
  const again = settingsOn(disk)
  again.load()
  expect(again.isCommitted).toBe(true)
})

it.each([
  '',
  '{ "formatVersion": 1',
  '[]',
  'null',
  '{ "formatVersion": 2, "commitment": { "startedAtMs": 1 } }',
])('that cannot be read say which file it is, and what to do: %s', (text) => {
  const disk = new MemoryDisk()
  disk.mkdirSync('/data/streams')
  disk.writeFileAtomicSync(path, text)
  expect(() => settingsOn(disk).load()).toThrow(
    expect.objectContaining({
      code: 'STATE_FILE_INVALID',
      message: `${path} cannot be read.`,
      next: expect.stringContaining(`Delete ${path}`),
    }),
  )
})
