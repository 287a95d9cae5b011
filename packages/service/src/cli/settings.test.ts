import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'
import { parseRegion, startSettings, type StartFlags } from './settings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-settings-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const settings = (flags: Partial<StartFlags> = {}) => startSettings({ dataDir: directory, ...flags })
const configFile = (content: string) => writeFileSync(join(directory, 'config.json'), content)

function failureOf(run: () => unknown): OperatingError {
  try {
    run()
  } catch (error) {
    if (error instanceof OperatingError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('without flags', () => {
  it('leaves ports and cluster to the service', () => {
    expect(settings()).toMatchObject({
      dataDirectory: directory,
      apiPort: undefined,
      kafkaPort: undefined,
      cluster: { kind: 'default' },
      properties: {},
      acceptAnySignature: false,
    })
  })
})

describe('ports', () => {
  it('takes 0 for any free one', () => {
    expect(settings({ apiPort: '0', kafkaPort: '9192' })).toMatchObject({ apiPort: 0, kafkaPort: 9192 })
  })

  it.each(['', '-1', '65536', '9092x', '1e3', 'any'])('refuses %j as wrong usage', (text) => {
    expect(() => settings({ apiPort: text })).toThrow(UsageError)
  })
})

describe('--set', () => {
  it('splits at the first equals sign', () => {
    expect(settings({ set: ['num.partitions=4', 'a.b= x=y '] }).properties).toEqual({
      'num.partitions': '4',
      'a.b': 'x=y',
    })
  })

  it.each(['num.partitions', '=4'])('refuses %j as wrong usage', (text) => {
    expect(() => settings({ set: [text] })).toThrow(/--set takes key=value/)
  })
})

describe('--region', () => {
  it.each(['us-east-1', 'us-gov-west-1', 'us-isob-east-1', 'ap-southeast-5', 'eusc-de-east-1'])(
    'takes %s',
    (region) => expect(parseRegion(region)).toBe(region),
  )

  it.each(['mars', 'us-east', 'us_east_1', '', 'US-EAST-1'])('refuses %j as wrong usage', (region) => {
    expect(() => parseRegion(region)).toThrow(UsageError)
  })
})

describe('--cluster', () => {
  it('names a cluster or none', () => {
    expect(settings({ cluster: 'orders' }).cluster).toEqual({ kind: 'named', name: 'orders' })
    expect(settings({ cluster: false }).cluster).toEqual({ kind: 'none' })
  })

  it.each(['bad_name!', '', '-a', 'a'.repeat(65)])('refuses %j as wrong usage', (cluster) => {
    expect(() => settings({ cluster })).toThrow(UsageError)
  })

  it('makes none: then nothing can be set', () => {
    expect(() => settings({ cluster: false, set: ['num.partitions=4'] })).toThrow(/--no-cluster/)
  })
})

describe('config.json in the data directory', () => {
  it('sets what no flag sets', () => {
    configFile(
      '{ "apiPort": 9181, "kafkaPort": 9192, "cluster": false, "set": { "num.partitions": "3", "a.b": "1" } }',
    )
    expect(settings({ kafkaPort: '0', cluster: 'orders', set: ['a.b=2'] })).toMatchObject({
      apiPort: 9181,
      kafkaPort: 0,
      cluster: { kind: 'named', name: 'orders' },
      properties: { 'num.partitions': '3', 'a.b': '2' },
    })
  })

  it('says where it is not JSON', () => {
    configFile('{ "apiPort": 9181, }')
    const failure = failureOf(settings)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', why: expect.stringContaining('It is not JSON') })
    expect(failure.message).toContain('config.json')
  })

  it.each(['{ "set": { "a": alice } }', '{ "set": { "a": true, "b": "what-only-alice-knows" } }'])(
    'shows nothing of what may be a password: %s',
    (content) => {
      configFile(content)
      expect(failureOf(settings).why).not.toMatch(/alice|knows/)
    },
  )

  it.each([
    ['{ "apiprt": 9181 }', 'It has no key "apiprt".'],
    ['{ "apiPort": "9181" }', '"apiPort" takes a port from 0 to 65535, not "9181".'],
    ['{ "kafkaPort": 70000 }', '"kafkaPort" takes a port from 0 to 65535, not 70000.'],
    ['{ "set": { "num.partitions": 3 } }', '"set" takes an object of broker properties'],
    ['{ "host": "localhost" }', '"host" takes an address'],
    ['{ "advertisedHost": ["x", "BROKER=y"] }', '"advertisedHost" takes a host’s name'],
    ['{ "logLevel": "loud" }', '"logLevel" takes debug, info, warn, error, not "loud".'],
    ['[]', 'It must be a JSON object.'],
    ['null', 'It must be a JSON object.'],
  ])('refuses %s', (content, why) => {
    configFile(content)
    const failure = failureOf(settings)
    expect(failure.why).toContain(why)
    expect(failure.next).not.toBe('')
  })
})

describe('what clients come by', () => {
  it('comes from the flag, else from the file, else is nothing special', () => {
    expect(settings()).toMatchObject({ host: undefined, advertised: undefined })
    configFile('{"host": "0.0.0.0", "advertisedHost": "kafka.test"}')
    const advertised = { advertisedHost: 'kafka.test', advertisedHosts: {} }
    expect(settings()).toMatchObject({ host: '0.0.0.0', advertised })
    expect(settings({ host: '127.0.0.1', advertisedHost: ['CLIENT=x'] })).toMatchObject({
      host: '127.0.0.1',
      advertised: { advertisedHost: null, advertisedHosts: { CLIENT: 'x' } },
    })
  })
})

describe('the hosting', () => {
  it('comes from the flag, else from the file, else from the last start', () => {
    expect(settings().hosting).toBeUndefined()
    configFile('{"hosting": "process"}')
    expect(settings().hosting).toBe('process')
    expect(settings({ hosting: 'inline' }).hosting).toBe('inline')
  })

  it('that does not exist is refused with those that do', () => {
    configFile('{"hosting": "docker"}')
    expect(failureOf(settings).why).toBe('"hosting" takes inline or process, not "docker".')
  })
})

describe('the engine', () => {
  it('comes from the flag, else from the file, else from the last start', () => {
    expect(settings().engine).toBeUndefined()
    configFile('{"engine": "apache-kafka"}')
    expect(settings().engine).toBe('apache-kafka')
    expect(settings({ engine: 'embedded' }).engine).toBe('embedded')
  })

  it('that does not exist is refused with those that do', () => {
    configFile('{"engine": "redpanda"}')
    expect(failureOf(settings).why).toBe('"engine" takes embedded or apache-kafka, not "redpanda".')
  })
})
