import { MemoryDisk, seededRandom, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { AccountSettings } from './account-settings.ts'

const path = '/data/streams/account.json'

function settingsOn(disk: MemoryDisk): AccountSettings {
  const random = seededRandom(1)
  return new AccountSettings({ disk, clock: new TestClock(), random, directory: '/data/streams' })
}

it('are there again after a start', () => {
  const disk = new MemoryDisk()
  const settings = settingsOn(disk)
  expect(settings.iteratorKey).toBeNull()
  const key = settings.keepIteratorKey()
  expect(settings.keepIteratorKey()).toBe(key)
  const again = settingsOn(disk)
  again.load()
  expect([again.isCommitted, again.iteratorKey]).toEqual([false, key])
  again.commit(true)
  const last = settingsOn(disk)
  last.load()
  expect([last.isCommitted, last.iteratorKey]).toEqual([true, key])
})

it('survive a power cut, with the directory that was made for them', () => {
  const disk = new MemoryDisk()
  const key = settingsOn(disk).keepIteratorKey()
  disk.loseUnsynced()
  const again = settingsOn(disk)
  again.load()
  expect(again.iteratorKey).toBe(key)
})

it('of a version before are read', () => {
  const disk = new MemoryDisk()
  disk.mkdirSync('/data/streams')
  disk.writeFileAtomicSync(
    path,
    '{ "formatVersion": 1, "commitment": { "startedAtMs": 1, "endsAtMs": null } }',
  )
  const settings = settingsOn(disk)
  settings.load()
  expect(settings.isCommitted).toBe(true)
})

it.each([
  '',
  '{ "formatVersion": 1',
  '[]',
  'null',
  '{ "formatVersion": 1, "commitment": {} }',
  '{ "formatVersion": 1, "commitment": null, "iteratorKey": "short" }',
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

it('of a newer build say so', () => {
  const disk = new MemoryDisk()
  disk.mkdirSync('/data/streams')
  disk.writeFileAtomicSync(path, '{ "formatVersion": 2, "commitment": null }')
  expect(() => settingsOn(disk).load()).toThrow(expect.objectContaining({ code: 'NEWER_FORMAT' }))
})
