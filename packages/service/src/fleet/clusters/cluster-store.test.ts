import { MemoryDisk, silentLogger } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClusterRecord } from './cluster-record.ts'
import { ClusterStore } from './cluster-store.ts'
import { OperatingError } from '../operating-error.ts'

let disk: MemoryDisk

beforeEach(() => {
  disk = new MemoryDisk()
})

const open = () => {
  const store = new ClusterStore({ disk, logger: silentLogger, dataDirectory: '/data' })
  store.load()
  return store
}

function record(name: string, change: Partial<ClusterRecord> = {}): ClusterRecord {
  const uuid = `00000000-0000-4000-8000-00000000000a-${name}`
  return {
    formatVersion: 3,
    engine: 'embedded',
    changes: [],
    arn: `arn:aws:kafka:us-east-1:1:cluster/${name}/${uuid}`,
    uuid,
    name,
    createdAtMs: 1,
    currentVersion: 'K1',
    state: 'CREATING',
    stateInfo: null,
    spec: {} as ClusterRecord['spec'],
    tags: {},
    nodes: [],
    ports: [],
    ...change,
  }
}

const pathOf = ({ uuid }: ClusterRecord) => `/data/clusters/${uuid}/cluster.json`

describe('the cluster store', () => {
  it('gives back what it took, after a power cut', () => {
    const store = open()
    store.insert(record('b', { createdAtMs: 2 }))
    store.insert(record('a', { createdAtMs: 3 }))
    store.update(record('a').uuid, { state: 'DELETING' })
    disk.loseUnsynced()
    expect(open().list()).toEqual([
      record('b', { createdAtMs: 2 }),
      record('a', { createdAtMs: 3, state: 'DELETING' }),
    ])
  })

  it('reads a record of the first format: one embedded broker and its controller', () => {
    const store = open()
    store.insert(record('a'))
    const old = {
      ...record('a', { spec: { kafkaVersion: '4.4.x.kraft' } as ClusterRecord['spec'] }),
      formatVersion: 1,
      engine: undefined,
      changes: undefined,
      nodes: [{ nodeId: 1, uuid: 'n', zone: 0, addedAtMs: 1, interfaceId: 'eni-1' }],
      ports: [
        { nodeId: 1, listener: 'CLIENT', port: 9092, explicit: true },
        { nodeId: 10_001, listener: 'CONTROLLER', port: 19_093, explicit: false },
      ],
    }
    disk.writeFileAtomicSync(pathOf(record('a')), JSON.stringify(old))
    expect(open().list()).toEqual([
      record('a', {
        spec: { kafkaVersion: '4.4.x.kraft', configuration: null } as ClusterRecord['spec'],
        nodes: [
          {
            role: 'broker',
            nodeId: 1,
            uuid: 'n',
            zone: 0,
            addedAtMs: 1,
            interfaceId: 'eni-1',
            generation: 0,
          },
        ],
        ports: [
          { role: 'broker', nodeId: 1, listener: 'CLIENT', port: 9092, explicit: true },
          { role: 'controller', nodeId: 10_001, listener: 'CONTROLLER', port: 19_093, explicit: false },
        ],
      }),
    ])
  })

  it('reads a record of the second format, which called changes operations', () => {
    const store = open()
    const change = { uuid: 'c', type: 'REBOOT_NODE', endedAtMs: null } as ClusterRecord['changes'][number]
    store.insert(record('a'))
    const { changes: _none, ...rest } = record('a')
    const old = { ...rest, formatVersion: 2, operations: [change] }
    disk.writeFileAtomicSync(pathOf(record('a')), JSON.stringify(old))
    expect(open().list()).toEqual([record('a', { changes: [change] })])
  })

  it('finds by ARN only what has this very ARN', () => {
    const store = open()
    const one = record('a')
    store.insert(one)
    expect(store.byArn(one.arn)).toEqual(one)
    expect(store.byArn(one.arn.replace('us-east-1', 'eu-west-1'))).toBeUndefined()
    expect(store.byArn('nonsense')).toBeUndefined()
  })

  it('knows nothing of a cluster that the disk did not take', () => {
    const store = open()
    disk.failNext('writeFileAtomic', 'ENOSPC')
    expect(() => store.insert(record('a'))).toThrow(/ENOSPC/)
    expect(store.list()).toEqual([])
    expect(open().list()).toEqual([])
  })

  it('keeps the old state where a change could not be written', () => {
    const store = open()
    store.insert(record('a'))
    disk.failNext('writeFileAtomic', 'ENOSPC')
    expect(() => store.update(record('a').uuid, { state: 'DELETING' })).toThrow(/ENOSPC/)
    expect(store.list()).toEqual([record('a')])
  })

  it('notes what was observed even when the disk is full', () => {
    const store = open()
    store.insert(record('a'))
    disk.failNext('writeFileAtomic', 'ENOSPC')
    const seen = { state: 'HEALING' as const, stateInfo: { code: 'ENOSPC', message: 'The disk is full.' } }
    store.observe(record('a').uuid, seen)
    expect(store.list()[0]).toMatchObject(seen)
  })

  it('removes the data first and the record last', () => {
    const store = open()
    const one = record('a')
    store.insert(one)
    disk.mkdirSync(`/data/clusters/${one.uuid}/broker-1/volume-1`)
    const removed: string[] = []
    disk.beforeOperation = (operation, path) => void (operation === 'remove' && removed.push(path))
    store.remove(one.uuid)
    expect(removed.at(0)).toMatch(/broker-1$/)
    expect(removed.indexOf(pathOf(one))).toBeGreaterThan(0)
    expect(disk.existsSync(`/data/clusters/${one.uuid}`)).toBe(false)
    expect(store.list()).toEqual([])
  })

  it('leaves alone what is no cluster', () => {
    disk.mkdirSync('/data/clusters/lost+found')
    disk.writeFileAtomicSync('/data/clusters/.DS_Store', '')
    expect(open().list()).toEqual([])
    expect(disk.existsSync('/data/clusters/lost+found')).toBe(true)
  })
})

describe('a cluster record that cannot be understood is an error that names the file', () => {
  it.each([
    ['cut short', '{"formatVersion":'],
    ['empty', ''],
    ['of another format', '{"formatVersion":4}'],
    ['no object', 'null'],
    ['incomplete', '{"formatVersion":3,"uuid":"x"}'],
    ['incomplete, of an earlier format', '{"formatVersion":1,"uuid":"x"}'],
  ])('%s', (_what, content) => {
    disk.mkdirSync('/data/clusters/x')
    disk.writeFileAtomicSync('/data/clusters/x/cluster.json', content)
    expect(open).toThrow(OperatingError)
    expect(open).toThrow(/\/data\/clusters\/x\/cluster\.json/)
  })

  it('of another directory', () => {
    const one = record('a')
    open().insert(one)
    disk.mkdirSync('/data/clusters/x')
    disk.writeFileAtomicSync('/data/clusters/x/cluster.json', disk.readFileSync(pathOf(one)))
    expect(open).toThrow(OperatingError)
  })
})
