import { MemoryDisk, silentLogger, systemRandom, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import { rollingLog } from '../processes/rolling-log.ts'
import { BrokerLogs } from './broker-logs.ts'
import { logEntries } from './log-entries.ts'

const place = { partition: 'aws', region: 'us-east-1', account: '000000000000' }
const logs = '/data/clusters/u-1/broker-1/logs'
const streamName = 'demo-u-1-Broker-1'
let disk: MemoryDisk
let clock: TestClock
let record: ClusterRecord
let service: BrokerLogs

function withLogs(BrokerLogs: object): void {
  record = {
    uuid: 'u-1',
    name: 'demo',
    state: 'ACTIVE',
    spec: { loggingInfo: { BrokerLogs } },
  } as ClusterRecord
}

function start(): BrokerLogs {
  const clusters = { list: () => [record] }
  const effects = { disk, clock, random: systemRandom(), logger: silentLogger }
  const started = new BrokerLogs({ ...effects, dataDirectory: '/data', place, clusters })
  started.load()
  return started
}

beforeEach(() => {
  disk = new MemoryDisk()
  clock = new TestClock()
  disk.mkdirSync(logs)
  withLogs({ CloudWatchLogs: { Enabled: true, LogGroup: 'g' } })
  service = start()
  service.groups.create('g', { kmsKeyId: null, logGroupClass: 'STANDARD', tags: {} })
})

const log = (bytesMax = 1_000_000) => rollingLog(disk, `${logs}/server.log`, { bytesMax, filesMax: 5 })
const line = (text: string) => `2026-01-02T03:04:05.678Z INFO ${text}`
const next = () => clock.advance(1_000)
const delivered = () => {
  const group = service.groups.find('g')
  const stream = group && service.groups.stream(group, streamName)
  return [...(stream?.from(0) ?? [])].map(({ message }) => message.replace(/^\S+ INFO /, ''))
}

describe('broker logs', () => {
  it('are delivered to a log group within a second, with the times that they say', async () => {
    const { write } = log()
    write(line('one'))
    await next()
    write(line('two'))
    await next()
    expect(delivered()).toEqual(['one', 'two'])
    const group = service.groups.find('g')
    expect(group && service.groups.stream(group, streamName)?.youngestMs).toBe(
      Date.parse('2026-01-02T03:04:05.678Z'),
    )
  })

  it('are read on where the file has been rolled meanwhile, none lost and none twice', async () => {
    const { write } = log(200)
    const texts = Array.from({ length: 12 }, (_, at) => `line ${at}`)
    for (const [at, text] of texts.entries()) {
      write(line(text))
      if (at % 5 === 0) await next()
    }
    for (let turn = 0; turn < 5; turn++) await next()
    expect(delivered()).toEqual(texts)
  })

  it('are read on where the broker rolls the file while it is looked for', async () => {
    const path = `${logs}/server.log`
    const write = (text: string) => {
      const file = disk.openSync(path, 'write')
      file.writeSync(Buffer.from(`${text}\n`), file.sizeSync())
      file.closeSync()
    }
    write(line('one'))
    await next()
    write(line('two'))
    const open = disk.openSync.bind(disk)
    disk.openSync = (name, mode) => {
      const file = open(name, mode)
      if (name !== path) return file
      disk.openSync = open
      disk.renameSync(path, `${path}.1`)
      for (const text of ['three', 'four', 'five']) write(line(text))
      return file
    }
    await next()
    await next()
    expect(delivered()).toEqual(['one', 'two', 'three', 'four', 'five'])
  })

  it('wait for the end of a line', async () => {
    const file = disk.openSync(`${logs}/server.log`, 'write')
    file.writeSync(Buffer.from(line('ha')), 0)
    await next()
    expect(delivered()).toEqual([])
    file.writeSync(Buffer.from('lf\n'), file.sizeSync())
    await next()
    expect(delivered()).toEqual(['half'])
  })

  it('go on after a restart where they were', async () => {
    const { write } = log()
    write(line('one'))
    await next()
    service.stop()
    write(line('two'))
    service = start()
    await next()
    expect(delivered()).toEqual(['one', 'two'])
  })

  it('that are lost because the group has gone say so, until it is there again', async () => {
    const { write } = log()
    const group = service.groups.find('g')
    if (group) service.groups.remove(group)
    write(line('one'))
    await next()
    expect(service.problems('u-1')).toEqual(['Broker logs are lost: there is no log group g any more.'])
    await next()
    expect(service.problems('u-1')).toHaveLength(1)
    service.groups.create('g', { kmsKeyId: null, logGroupClass: 'STANDARD', tags: {} })
    write(line('two'))
    await next()
    expect(service.problems('u-1')).toEqual([])
    expect(delivered()).toEqual(['two'])
  })

  it('go to buckets and delivery streams as files that no name leads out of', async () => {
    withLogs({
      S3: { Enabled: true, Bucket: '..', Prefix: '../../x' },
      Firehose: { Enabled: true, DeliveryStream: 'f' },
    })
    log().write(line('one'))
    await next()
    const hour = new Date(clock.now()).toISOString().slice(0, 13).replace('T', '-')
    const bucket = '/data/s3/%2E%2E/%2E%2E/%2E%2E/x/AWSLogs/000000000000/KafkaBrokerLogs/us-east-1/demo-u-1'
    const [object] = disk.readdirSync(`${bucket}/${hour}`)
    expect(object?.name).toMatch(/^Broker-1_\d\d-\d\d\.log$/)
    const read = (path: string) => disk.readFileSync(path).toString()
    expect(read(`${bucket}/${hour}/${object?.name}`)).toBe(`${line('one')}\n`)
    expect(read('/data/firehose/f/records.log')).toBe(`${line('one')}\n`)
  })

  it('are tried again where the disk did not take them', async () => {
    log().write(line('one'))
    disk.failNext('write', 'ENOSPC')
    await next()
    await next()
    expect(delivered()).toEqual(['one'])
  })
})

describe('the entries of a log', () => {
  it('have the lines of a stack trace with them, in either form', () => {
    const text =
      '[2026-01-02 03:04:05,678] ERROR it failed (x)\njava.lang.Error\n\tat y\n[2026-01-02 03:04:06,000] INFO on\n'
    expect(logEntries(text, 0)).toEqual([
      {
        timestampMs: Date.parse('2026-01-02T03:04:05.678'),
        message: '[2026-01-02 03:04:05,678] ERROR it failed (x)\njava.lang.Error\n\tat y',
      },
      { timestampMs: Date.parse('2026-01-02T03:04:06.000'), message: '[2026-01-02 03:04:06,000] INFO on' },
    ])
  })
})
