import { join } from 'node:path'
import { MemoryDisk, silentLogger } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { OperatingError } from './operating-error.ts'
import { type RawRecord, RecordStore, type StoredRecord } from './record-store.ts'

interface Thing extends StoredRecord {
  formatVersion: 2
  colour: string
  marks: number[]
}

let disk: MemoryDisk

beforeEach(() => {
  disk = new MemoryDisk()
})

const layouts = {
  'a directory each': (uuid: string) => join(uuid, 'thing.json'),
  'a file each': (uuid: string) => `${uuid}.json`,
}

function open(fileOf = layouts['a directory each']) {
  const store = new RecordStore<Thing>({
    disk,
    logger: silentLogger,
    directory: '/data/things',
    noun: 'thing',
    fileOf,
    formatVersion: 2,
    // The first format spelled it another way.
    upgrade: ({ color, ...rest }: RawRecord) =>
      rest.formatVersion === 1 ? { ...rest, formatVersion: 2, colour: color } : rest,
    members: ['colour', 'marks'],
    problemOf: ({ marks }) => (marks.length > 9 ? 'It has too many marks.' : undefined),
    loss: 'the thing is gone',
  })
  store.load()
  return store
}

function thing(name: string, change: Partial<Thing> = {}): Thing {
  const uuid = `00000000-0000-4000-8000-00000000000a-${name}`
  const arn = `arn:aws:kafka:us-east-1:1:thing/${name}/${uuid}`
  return { formatVersion: 2, arn, uuid, name, createdAtMs: 1, colour: 'red', marks: [], ...change }
}

const uuidOf = (name: string) => thing(name).uuid

describe.each(Object.entries(layouts))('a record store with %s', (_layout, fileOf) => {
  const fileOfThing = (name: string) => join('/data/things', fileOf(uuidOf(name)))

  it('gives back what it took, in order of creation, after a power cut', () => {
    const store = open(fileOf)
    store.insert(thing('b', { createdAtMs: 3 }))
    store.insert(thing('a', { createdAtMs: 2 }))
    store.update(uuidOf('b'), { colour: 'blue' })
    disk.loseUnsynced()
    expect(open(fileOf).list()).toEqual([
      thing('a', { createdAtMs: 2 }),
      thing('b', { createdAtMs: 3, colour: 'blue' }),
    ])
  })

  it('finds by name, and by ARN only what has this very ARN', () => {
    const store = open(fileOf)
    const one = thing('a')
    store.insert(one)
    expect(store.byName('a')).toEqual(one)
    expect(store.byName('b')).toBeUndefined()
    expect(store.byArn(one.arn)).toEqual(one)
    expect(store.byArn(one.arn.replace('us-east-1', 'eu-west-1'))).toBeUndefined()
    expect(store.byArn('nonsense')).toBeUndefined()
  })

  it('knows nothing of a record that the disk did not take', () => {
    const store = open(fileOf)
    disk.failNext('writeFileAtomic', 'ENOSPC')
    expect(() => store.insert(thing('a'))).toThrow(/ENOSPC/)
    disk.failNext('syncDirectory', 'EIO')
    expect(() => store.insert(thing('b'))).toThrow(/EIO/)
    expect(store.list()).toEqual([])
    expect(open(fileOf).list()).toEqual([])
  })

  it('keeps a record as it was where a change could not be written', () => {
    const store = open(fileOf)
    store.insert(thing('a'))
    disk.failNext('writeFileAtomic', 'ENOSPC')
    expect(() => store.update(uuidOf('a'), { colour: 'blue' })).toThrow(/ENOSPC/)
    expect(store.list()).toEqual([thing('a')])
    expect(open(fileOf).list()).toEqual([thing('a')])
  })

  it('notes what was seen even when the disk is full, and says whether it is news', () => {
    const store = open(fileOf)
    store.insert(thing('a'))
    disk.failNext('writeFileAtomic', 'ENOSPC')
    expect(store.note(uuidOf('a'), { marks: [1] })).toBe(true)
    expect(store.list()).toEqual([thing('a', { marks: [1] })])
    expect(store.note(uuidOf('a'), { marks: [1] })).toBe(false)
  })

  it('forgets what it removed, for good', () => {
    const store = open(fileOf)
    store.insert(thing('a'))
    store.insert(thing('b'))
    store.remove(uuidOf('a'))
    expect(store.list()).toEqual([thing('b')])
    disk.loseUnsynced()
    expect(open(fileOf).list()).toEqual([thing('b')])
  })

  it('reads an earlier format', () => {
    open(fileOf).insert(thing('a'))
    const { colour, ...rest } = thing('a')
    disk.writeFileAtomicSync(fileOfThing('a'), JSON.stringify({ ...rest, formatVersion: 1, color: colour }))
    expect(open(fileOf).list()).toEqual([thing('a')])
  })

  it('leaves alone what is none of its own', () => {
    disk.mkdirSync('/data/things/lost+found')
    disk.writeFileAtomicSync('/data/things/.DS_Store', '')
    expect(open(fileOf).list()).toEqual([])
    expect(disk.existsSync('/data/things/lost+found')).toBe(true)
    expect(disk.existsSync('/data/things/.DS_Store')).toBe(true)
  })

  it('says of a file of a newer build to leave it to that build', () => {
    open(fileOf).insert(thing('a'))
    const content = JSON.stringify({ ...thing('a'), formatVersion: 3 })
    disk.writeFileAtomicSync(fileOfThing('a'), content)
    expect(open(fileOf).unreadable()).toMatchObject([
      {
        name: thing('a').name,
        error: {
          code: 'NEWER_FORMAT',
          why: 'Its formatVersion is 3; this one reads 1 to 2.',
          next: 'Start the service with that build, and leave the file as it is.',
        },
      },
    ])
    expect(disk.readFileSync(fileOfThing('a')).toString()).toBe(content)
  })

  it.each([
    ['cut short', '{"formatVersion":', /JSON/],
    ['empty', '', /JSON/],
    ['no object', 'null', /formatVersion is undefined/],
    ['incomplete', JSON.stringify({ ...thing('a'), marks: undefined }), /^It has no marks\.$/],
    ['of another', JSON.stringify(thing('b')), /^It is the record of another thing, .*b\.$/],
    [
      'against the rules',
      JSON.stringify(thing('a', { marks: Array(10).fill(1) })),
      /^It has too many marks\.$/,
    ],
  ])('leaves a file that is %s as it is, and serves the others', (_what, content, why) => {
    open(fileOf).insert(thing('a'))
    open(fileOf).insert(thing('c'))
    disk.writeFileAtomicSync(fileOfThing('a'), content)
    const store = open(fileOf)
    expect(store.list()).toEqual([thing('c')])
    const [{ uuid, error } = { uuid: '', error: null }, ...more] = store.unreadable()
    expect([uuid, more]).toEqual([uuidOf('a'), []])
    expect(error).toBeInstanceOf(OperatingError)
    expect(error).toMatchObject({
      code: 'THING_RECORD_CORRUPT',
      message: `The thing record ${fileOfThing('a')} cannot be read.`,
      why: expect.stringMatching(why),
      next: expect.stringMatching(/^Repair the file, or move \/data\/things\/\S+ away: the thing is gone\.$/),
    })
    expect(disk.readFileSync(fileOfThing('a')).toString()).toBe(content)
  })
})

describe('a record with a directory of its own', () => {
  it('is removed after everything else there', () => {
    const store = open()
    store.insert(thing('a'))
    const own = store.directoryOf(uuidOf('a'))
    disk.mkdirSync(`${own}/broker-1/volume-1`)
    const removed: string[] = []
    disk.beforeOperation = (operation, path) => void (operation === 'remove' && removed.push(path))
    store.remove(uuidOf('a'))
    expect(removed.at(0)).toMatch(/broker-1$/)
    expect(removed.indexOf(`${own}/thing.json`)).toBeGreaterThan(0)
    expect(disk.existsSync(own)).toBe(false)
  })
})
