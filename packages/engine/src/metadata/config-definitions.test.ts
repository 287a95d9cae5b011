import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { logConfigOf } from '../storage/log-config.ts'
import { defaultLogConfig } from '../storage/testing/default-log-config.ts'
import {
  type ConfigScope,
  configDefinition,
  configDefinitions,
  dynamicOnlyBrokerConfigs,
  needsListenerPrefix,
  validateConfig,
} from './config-definitions.ts'

const release = JSON.parse(readFileSync('test/data/kafka-messages/configs.json', 'utf8'))

const scopes: [ConfigScope, string][] = [
  ['topic', 'topic'],
  ['broker', 'broker'],
  ['group', 'group'],
  ['client-metrics', 'clientMetrics'],
]

function problem(scope: ConfigScope, name: string, value: string | null): string | null {
  const check = validateConfig(scope, name, value)
  return check.ok ? null : check.error
}

describe('configuration definitions', () => {
  it.each(scopes)('of %s are those of the release', (scope, key) => {
    const facts = release[key] as Record<string, string | null>[]
    expect([...configDefinitions(scope).keys()]).toEqual(facts.map(({ name }) => name))
    for (const fact of facts) {
      const ours = configDefinition(scope, String(fact.name))
      expect(ours).toMatchObject({ type: fact.type, default: fact.default ?? null })
      if (fact.updateMode) expect(ours?.updateMode).toBe(fact.updateMode)
      if (fact.min !== undefined) expect(ours?.min).toBe(Number(fact.min))
      if (fact.max !== undefined) expect(ours?.max).toBe(Number(fact.max))
      if (fact.oneOf !== undefined) expect(ours?.oneOf).toEqual(fact.oneOf)
    }
  })

  it('know the configs that are only ever dynamic', () => {
    const names = (release.brokerDynamicOnly as { name: string }[]).map(({ name }) => name)
    expect([...dynamicOnlyBrokerConfigs().keys()]).toEqual(names)
    expect(configDefinition('broker', 'leader.replication.throttled.rate')?.type).toBe('long')
  })

  it.each(scopes)('of %s accept their own defaults', (scope) => {
    for (const { name, default: value } of configDefinitions(scope).values())
      if (value !== null) expect([name, problem(scope, name, value)]).toEqual([name, null])
  })

  it('find broker configs behind a listener prefix', () => {
    const found = configDefinition('broker', 'listener.name.client.ssl.keystore.password')
    expect(found).toMatchObject({ type: 'password', updateMode: 'read-only' })
    expect(configDefinition('broker', 'listener.name.client.max.connections')?.updateMode).toBe('per-broker')
    expect(configDefinition('broker', 'listener.name.client.plain.sasl.jaas.config')?.type).toBe('password')
    expect(configDefinition('broker', 'listener.name.client.nonsense')).toBeUndefined()
    expect(needsListenerPrefix('ssl.keystore.password')).toBe(true)
    expect(needsListenerPrefix('log.cleaner.threads')).toBe(false)
  })
})

describe('validateConfig', () => {
  it.each([
    ['retention.ms', 'x', 'Invalid value x for configuration retention.ms: Not a number of type LONG'],
    ['retention.ms', '-5', 'Invalid value -5 for configuration retention.ms: Value must be at least -1'],
    ['retention.ms', '9223372036854775808', /Not a number of type LONG/],
    ['segment.bytes', '99999999999', /Not a number of type INT/],
    ['segment.bytes', '1.5', /Not a number of type INT/],
    ['min.cleanable.dirty.ratio', '2', /2\.0.*no more than 1/],
    ['min.cleanable.dirty.ratio', 'NaN', /Not a number of type DOUBLE/],
    ['preallocate', 'yes', /either true or false/],
    ['compression.type', 'GZIP', /must be one of: uncompressed, zstd/],
    ['compression.gzip.level', '0', /must be one of: -1, 1/],
    ['cleanup.policy', 'delete,', /values must not be empty/],
    ['cleanup.policy', 'delete,zip', /must be one of: compact, delete/],
    ['leader.replication.throttled.replicas', 'abc', /\[abc\].*literal '\*'/],
    ['no.such.config', '1', 'Unknown topic config name: no.such.config'],
  ])('refuses %s=%s', (name, value, message) => {
    const error = problem('topic', name, value)
    if (typeof message === 'string') expect(error).toBe(message)
    else expect(error).toMatch(message)
  })

  it.each([
    ['retention.ms', ' 5 ', 5],
    ['retention.ms', '-1', -1],
    ['flush.ms', '9223372036854775807', 2 ** 63],
    ['preallocate', 'TRUE', true],
    ['cleanup.policy', 'delete , compact', ['delete', 'compact']],
    ['cleanup.policy', '', []],
    ['leader.replication.throttled.replicas', '*', ['*']],
    ['follower.replication.throttled.replicas', '0:1,1:2', ['0:1', '1:2']],
    ['compression.gzip.level', '-1', -1],
    ['min.cleanable.dirty.ratio', '1e-1', 0.1],
  ])('reads %s=%s', (name, value, parsed) => {
    expect(validateConfig('topic', name, value)).toEqual({ ok: true, parsed })
  })

  it.each([
    ['latest', true],
    ['by_duration:PT1H', true],
    ['by_duration:P1DT2H3M4.5S', true],
    ['by_duration:P', false],
    ['by_duration:PT', false],
    ['sometime', false],
  ])('judges share.auto.offset.reset=%s', (value, valid) => {
    expect(problem('group', 'share.auto.offset.reset', value) === null).toBe(valid)
  })
})

describe('the configs of a topic', () => {
  it('give its logs the defaults that these know', () => {
    const config = logConfigOf((name) => {
      const check = validateConfig('topic', name, configDefinition('topic', name)?.default ?? null)
      if (!check.ok) throw new Error(check.error)
      return check.parsed
    })
    expect(config).toEqual(defaultLogConfig)
  })
})
