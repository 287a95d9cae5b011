import { MemoryDisk, silentLogger } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClusterRecord } from './cluster-record.ts'
import { clusterStore } from './cluster-store.ts'

let disk: MemoryDisk

beforeEach(() => {
  disk = new MemoryDisk()
})

const open = () => {
  const store = clusterStore({ disk, logger: silentLogger, dataDirectory: '/data' })
  store.load()
  return store
}

function spec(change: Partial<ClusterRecord['spec']>): ClusterRecord['spec'] {
  return { numberOfBrokerNodes: 3, brokerNodeGroup: {}, ...change } as ClusterRecord['spec']
}

function record(name: string, change: Partial<ClusterRecord> = {}): ClusterRecord {
  const uuid = `00000000-0000-4000-8000-00000000000a-${name}`
  return {
    formatVersion: 4,
    engine: 'embedded',
    hosting: 'inline',
    changes: [],
    arn: `arn:aws:kafka:us-east-1:1:cluster/${name}/${uuid}`,
    uuid,
    name,
    createdAtMs: 1,
    currentVersion: 'K1',
    state: 'CREATING',
    stateInfo: null,
    spec: spec({}),
    tags: {},
    nodes: [],
    ports: [],
    ...change,
  }
}

const pathOf = ({ uuid }: ClusterRecord) => `/data/clusters/${uuid}/cluster.json`

describe('the cluster store', () => {
  it('reads a record of the first format: one embedded broker and its controller', () => {
    const store = open()
    store.insert(record('a'))
    const old = {
      ...record('a', { spec: spec({ kafkaVersion: '4.4.x.kraft' }) }),
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
        spec: spec({ kafkaVersion: '4.4.x.kraft', configuration: null }),
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

  it.each([
    ['embedded', 'inline'],
    ['apache-kafka', 'process'],
  ] as const)(
    'reads a record of the third format, when the engine %s knew the hosting %s alone',
    (engine, hosting) => {
      const store = open()
      store.insert(record('a', { engine }))
      const { hosting: _none, ...rest } = record('a', { engine })
      disk.writeFileAtomicSync(pathOf(record('a')), JSON.stringify({ ...rest, formatVersion: 3 }))
      expect(open().list()).toEqual([record('a', { engine, hosting })])
    },
  )

  it('reads a record of the second format, which called changes operations', () => {
    const store = open()
    const change = { uuid: 'c', type: 'REBOOT_NODE', endedAtMs: null } as ClusterRecord['changes'][number]
    store.insert(record('a'))
    const { changes: _none, ...rest } = record('a')
    const old = { ...rest, formatVersion: 2, operations: [change] }
    disk.writeFileAtomicSync(pathOf(record('a')), JSON.stringify(old))
    expect(open().list()).toEqual([record('a', { changes: [change] })])
  })
})
