import { MemoryDisk, type Processes } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { loadAccessKey, loadOrCreateAccessKey } from './credentials.ts'
import { OperatingError } from './fleet/operating-error.ts'
import { occupantOf, readState, type ServiceState, writeState } from './state-file.ts'
import { systemRandom } from '@sluice/effects'

const state: ServiceState = {
  formatVersion: 1,
  version: '0.1.0',
  pid: 41,
  processStartedAt: '100',
  startedAtMs: 0,
  host: '127.0.0.1',
  apiPort: 9081,
  region: 'us-east-1',
  defaultCluster: 'demo',
}

function processes(running: Record<number, string>): Processes {
  return {
    pid: 1,
    isRunning: (pid) => pid in running,
    startedAt: (pid) => running[pid] ?? null,
    signal() {},
  }
}

function disk(): MemoryDisk {
  const made = new MemoryDisk()
  made.mkdirSync('/data')
  return made
}

describe('service.json', () => {
  it('is read back as it was written', () => {
    const there = disk()
    writeState(there, '/data', state)
    expect(readState(there, '/data')).toEqual(state)
  })

  it('tells a running service from one that was killed and from another process with its id', () => {
    const there = disk()
    writeState(there, '/data', state)
    expect(occupantOf(there, processes({ 41: '100' }), '/data')).toEqual({
      kind: 'ready',
      process: { pid: 41, startedAt: '100' },
      state,
    })
    expect(occupantOf(there, processes({}), '/data')).toBeUndefined()
    expect(occupantOf(there, processes({ 41: '999' }), '/data')).toBeUndefined()
  })

  it('is not needed to find a service that starts: it holds the lock', () => {
    const there = disk()
    const holder = { pid: 42, startedAt: '200' }
    there.writeFileAtomicSync('/data/lock', JSON.stringify(holder))
    const starting = { kind: 'starting', process: holder }
    expect(occupantOf(there, processes({ 42: '200' }), '/data')).toEqual(starting)
    // The state of the last service is there until the new one is ready.
    writeState(there, '/data', state)
    expect(occupantOf(there, processes({ 42: '200' }), '/data')).toEqual(starting)
    expect(occupantOf(there, processes({ 42: '201' }), '/data')).toBeUndefined()
  })

  it('is not there before the first start, nor in a directory that is not there', () => {
    expect(readState(disk(), '/data')).toBeUndefined()
    expect(readState(disk(), '/elsewhere')).toBeUndefined()
  })

  it.each(['', '{', '{"formatVersion":2,"pid":1,"apiPort":2}', '{"formatVersion":1}'])(
    'is a clear error when it holds %j',
    (content) => {
      const there = disk()
      there.writeFileAtomicSync('/data/service.json', content)
      expect(() => readState(there, '/data')).toThrow(OperatingError)
    },
  )
})

describe('credentials.json', () => {
  it('is made once, with keys of its own, for its owner only', () => {
    const [one, other] = [disk(), disk()]
    const made = loadOrCreateAccessKey(one, systemRandom(), '/data')
    expect(made.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/)
    expect(made.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/)
    expect(loadOrCreateAccessKey(one, systemRandom(), '/data')).toEqual(made)
    expect(loadOrCreateAccessKey(other, systemRandom(), '/data')).not.toEqual(made)
  })

  it.each(['', '{"accessKeyId":"A"}', '{"accessKeyId":"A","secretAccessKey":""}', '[]'])(
    'is a clear error when it holds %j',
    (content) => {
      const there = disk()
      there.writeFileAtomicSync('/data/credentials.json', content)
      expect(() => loadAccessKey(there, '/data')).toThrow(OperatingError)
    },
  )
})
