import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryNetwork, systemDisk } from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClusterReport } from '../status-report.ts'
import { checkClock, checkDirectory, checkLeftBehind } from './doctor-directory.ts'
import { checkEnvironment, checkLimits, checkNode, checkPorts } from './doctor-machine.ts'
import { checkCluster, checkVersion } from './doctor-service.ts'

let directory: string
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'doctor-'))))
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const statuses = (checks: readonly { subject: string; status: string }[]) =>
  Object.fromEntries(checks.map(({ subject, status }) => [subject, status]))

describe('the machine', () => {
  it('has a Node.js that is new enough, or what to do stands there', () => {
    expect(checkNode('20.19.0').status).toBe('ok')
    expect(checkNode('20.18.9')).toMatchObject({ status: 'bad', why: expect.stringMatching(/20\.19/) })
    expect(checkNode('18.20.0').status).toBe('bad')
  })

  it('has room for files and memory', () => {
    expect(statuses(checkLimits({ openFilesMax: 1_024 }, 2 ** 28))).toEqual({
      'open files': 'note',
      memory: 'note',
    })
    expect(statuses(checkLimits({ openFilesMax: Infinity }, 2 ** 33))).toEqual({
      'open files': 'ok',
      memory: 'ok',
    })
  })

  it('has the usual ports free, or tells which are not', async () => {
    const network = new MemoryNetwork()
    expect((await checkPorts(network)).status).toBe('ok')
    const idle = { receiveBuffer: () => new Uint8Array(1), onRead() {}, onDrain() {}, onClose() {} }
    await network.listen({ host: '127.0.0.1', port: 9_092 }, () => idle)
    expect(await checkPorts(network)).toMatchObject({ status: 'note', what: 'Others listen on 9092.' })
  })

  it('has a shell whose AWS tools speak to the service', () => {
    const endpoint = 'http://127.0.0.1:9081'
    const own = { AWS_ENDPOINT_URL_KAFKA: endpoint }
    expect(checkEnvironment(own, endpoint).status).toBe('ok')
    expect(checkEnvironment({}, endpoint).status).toBe('ok')
    expect(checkEnvironment(own, 'http://127.0.0.1:9082').status).toBe('note')
    expect(checkEnvironment({ ...own, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, endpoint).status).toBe(
      'note',
    )
  })
})

describe('the data directory', () => {
  const look = () => checkDirectory(systemDisk(), directory)

  it('is not there yet, or is read as the service reads it', () => {
    expect(statuses(checkDirectory(systemDisk(), join(directory, 'a', 'b')))).toEqual({
      'data directory': 'ok',
    })
    writeFileSync(join(directory, 'config.json'), '{"apiPort": 1')
    writeFileSync(join(directory, 'credentials.json'), '[]')
    writeFileSync(join(directory, 'iam.json'), '{}')
    expect(statuses(look())).toMatchObject({
      'data directory': 'ok',
      'config.json': 'bad',
      'credentials.json': 'bad',
      'iam.json': 'ok',
    })
    for (const { status, why, next } of look())
      if (status !== 'ok') expect([why, next]).not.toContain(undefined)
  })

  it.skipIf(process.getuid?.() === 0)('may be written', () => {
    const closed = join(directory, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o500)
    expect(checkDirectory(systemDisk(), closed)[0]).toMatchObject({ status: 'bad' })
    expect(checkDirectory(systemDisk(), join(closed, 'below'))[0]).toMatchObject({ status: 'bad' })
  })

  it('has no files from the future, which a clock that was set back would make', () => {
    const path = join(directory, 'lock')
    writeFileSync(path, '')
    expect(checkClock(directory, Date.now()).status).toBe('ok')
    const later = new Date(Date.now() + 3_600_000)
    utimesSync(path, later, later)
    expect(checkClock(directory, Date.now())).toMatchObject({
      status: 'bad',
      why: expect.stringMatching(/set back/),
    })
  })

  it('has no processes that a killed service left', () => {
    expect(checkLeftBehind([], directory)).toEqual([])
    const node = { name: 'broker-1 of demo', pid: 7, directory }
    expect(checkLeftBehind([node], directory)[0]).toMatchObject({ what: expect.stringMatching(/pid 7/) })
  })
})

describe('the service', () => {
  const network = new MemoryNetwork()
  const cluster = (more: Partial<ClusterReport>): ClusterReport =>
    ({ name: 'demo', state: 'ACTIVE', stateInfo: null, brokers: [], ...more }) as ClusterReport

  it('is of this release', () => {
    expect(checkVersion({ version: '1.0.0' }, '1.0.0', directory).status).toBe('ok')
    expect(checkVersion({ version: '1.0.0' }, '1.0.1', directory).status).toBe('note')
  })

  it('has clusters that are well and whose brokers answer', async () => {
    const brokers = [{ id: 1, listeners: [{ name: 'CLIENT', host: '127.0.0.1', port: 9_092 }] }]
    const look = (more: Partial<ClusterReport>) => checkCluster(cluster(more), network, directory)
    expect(await look({})).toMatchObject({ status: 'ok' })
    expect(await look({ brokers })).toMatchObject({
      status: 'bad',
      what: '127.0.0.1:9092 take no connection.',
    })
    expect(await look({ state: 'HEALING', stateInfo: 'Broker 1 failed.' })).toMatchObject({
      status: 'bad',
      why: 'Broker 1 failed.',
    })
    expect(await look({ stateInfo: 'Described alone.' })).toMatchObject({ status: 'note' })
  })
})
