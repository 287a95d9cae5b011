import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  checkBrokerProperties,
  controllerProperties,
  ignoredBrokerProperties,
  servedBrokerProperties,
} from './broker-properties.ts'
import { configDefinitions } from './metadata/config-definitions.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
/** Tables of names, which do not use what they name. */
const tables = new Set([
  'broker-properties.ts',
  'config-data.generated.ts',
  'config-definitions.ts',
  'describe-configs.ts',
])

/** Every name that a source reads, as `int('num.partitions')`; of one listener as `of('ssl.client.auth')`. */
/** Of a broker, of a topic, or of one of its listeners. */
const reading = /(?:(?:int|long|double|boolean|string|list|value|of)\(\s*|listenerValue\(\w+, )'([a-z.]+)'/g

function namesRead(): Set<string> {
  const names = new Set<string>()
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts') || tables.has(entry.name)) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const [, name] of text.matchAll(reading))
      if (name && configDefinitions('broker').has(name)) names.add(name)
  }
  return names
}

const behindTopics = new Set(
  [...configDefinitions('topic').values()].flatMap(({ synonyms }) => synonyms.map(({ name }) => name)),
)

describe('broker properties', () => {
  it('that are said to count are read somewhere, and those that are read are said to count', () => {
    const read = namesRead()
    const served = [...servedBrokerProperties].filter((name) => !behindTopics.has(name))
    expect(served.filter((name) => !read.has(name))).toEqual([])
    expect([...read].filter((name) => ignoredBrokerProperties.has(name) && !behindTopics.has(name))).toEqual(
      [],
    )
  })

  it('that Apache Kafka does not know are refused, and values out of range', () => {
    expect(checkBrokerProperties({ 'num.partitions': '4' })).toEqual([])
    expect(checkBrokerProperties({ 'listener.name.x.sasl.enabled.mechanisms': 'PLAIN' })).toEqual([])
    expect(checkBrokerProperties({ 'listener.name.x.num.partitons': '4' })).toHaveLength(1)
    expect(checkBrokerProperties({ 'num.partitons': '4' })).toMatchObject([{ name: 'num.partitons' }])
    expect(checkBrokerProperties({ 'num.partitions': '0' })).toMatchObject([{ name: 'num.partitions' }])
  })

  it('name one authorizer or none, and its own are known', () => {
    const standard = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'
    const own = { 'super.users': 'User:CN=a,O=b;User:c', 'allow.everyone.if.no.acl.found': 'true' }
    expect(checkBrokerProperties({ 'authorizer.class.name': standard, ...own })).toEqual([])
    expect(checkBrokerProperties({ 'authorizer.class.name': '', ...own })).toEqual([])
    for (const [name, value] of Object.entries({
      'authorizer.class.name': 'com.example.Authorizer',
      'principal.builder.class': 'com.example.Builder',
      'ssl.principal.mapping.rules': 'RULE:(/x/',
      'allow.everyone.if.no.acl.found': 'perhaps',
    }))
      expect(checkBrokerProperties({ [name]: value }), name).toMatchObject([{ name }])
  })

  it('of the authorizer are also the controller’s, which asks it of clients of other brokers', () => {
    const authorizer = {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:root',
      'allow.everyone.if.no.acl.found': 'true',
    }
    expect(controllerProperties({ ...authorizer, 'num.io.threads': '8' })).toEqual(authorizer)
  })
})
