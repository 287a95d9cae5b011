import { MemoryDisk, MemoryNetwork, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { enginesOf } from '../engines/engines.ts'
import { FakeEngine } from '../engines/testing/fake-engine.ts'
import { Configurations } from './configurations.ts'

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

  it('without a revision are told with the name of the file', () => {
    created(open())
    const [{ name } = { name: '' }] = disk.readdirSync('/data/configurations')
    const path = `/data/configurations/${name}`
    const record = JSON.parse(disk.readFileSync(path).toString())
    disk.writeFileAtomicSync(path, JSON.stringify({ ...record, revisions: [] }))
    const after = open()
    expect(after.list()).toEqual([])
    expect(after.unreadable().map(({ error }) => error)).toMatchObject([
      {
        code: 'CONFIGURATION_RECORD_CORRUPT',
        message: `The configuration record ${path} cannot be read.`,
        why: 'It has no revisions.',
      },
    ])
  })
})
