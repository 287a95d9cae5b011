import { MemoryDisk, MemoryNetwork, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { Configurations } from './configurations.ts'
import { enginesOf } from '../engines/engines.ts'
import { FakeEngine } from '../engines/fake-engine.ts'

let disk: MemoryDisk

beforeEach(() => {
  disk = new MemoryDisk()
})

function open(): Configurations {
  const engine = new FakeEngine({ disk, network: new MemoryNetwork() })
  const configurations = new Configurations({
    dataDirectory: '/data',
    disk,
    logger: silentLogger,
    clock: new TestClock(),
    random: seededRandom(1),
    place: { partition: 'aws', region: 'eu-west-1', account: '1' },
    engines: enginesOf([engine], engine.name),
  })
  configurations.load()
  return configurations
}

function created(configurations: Configurations) {
  const result = configurations.create({
    name: 'ours',
    description: undefined,
    kafkaVersions: [],
    serverProperties: Buffer.from([0x23, 0xff, 0x0a]),
  })
  if (!('configuration' in result)) throw new Error(JSON.stringify(result))
  return result.configuration
}

describe('configurations', () => {
  it('are there again after a restart, byte for byte', () => {
    const first = open()
    const record = created(first)
    first.update(record, { description: 'more', serverProperties: Buffer.from('num.partitions=2') })
    const again = open()
    expect(again.list()).toEqual(first.list())
    expect(again.byArn(record.arn)?.revisions).toHaveLength(2)
    expect(Buffer.from(again.list()[0]?.revisions[0]?.serverProperties ?? '', 'base64')).toEqual(
      Buffer.from([0x23, 0xff, 0x0a]),
    )
  })

  it('that are deleted stay so', () => {
    const first = open()
    first.delete(created(first))
    expect(open().list()).toEqual([])
  })

  it('do not change when the disk does not take it', () => {
    const configurations = open()
    const record = created(configurations)
    disk.failNext('writeFileAtomic', 'ENOSPC')
    const change = { description: undefined, serverProperties: Buffer.from('') }
    expect(() => configurations.update(record, change)).toThrow(/ENOSPC/)
    expect(configurations.byArn(record.arn)).toEqual(record)
    expect(open().list()).toEqual([record])
  })

  it.each([
    ['no JSON', '{', /JSON/],
    ['another format', '{"formatVersion":9}', /formatVersion is 9; this release reads 1/],
    [
      'no revisions',
      '{"formatVersion":1,"arn":"a","name":"n","createdAtMs":1,"kafkaVersions":[]}',
      /has no revisions/,
    ],
  ])('in a file that holds %s are an error that names it', (_what, text, why) => {
    created(open())
    const [{ name } = { name: '' }] = disk.readdirSync('/data/configurations')
    disk.writeFileAtomicSync(`/data/configurations/${name}`, text)
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION_RECORD_CORRUPT',
        message: `The configuration /data/configurations/${name} cannot be read.`,
        why: expect.stringMatching(why),
      }),
    )
  })
})
