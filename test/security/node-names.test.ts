import { Connection, createTopic } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SecureEngine } from './secure-engine.ts'

// What the service gives to clusters whose nodes are super users: clients' listeners take nobody for a node.

const node = 'CN=nodes.u-1,O=Sluice'
let engine: SecureEngine

beforeAll(async () => {
  engine = await SecureEngine.start({
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${node};User:ANONYMOUS`,
    'listener.name.mutual.ssl.principal.mapping.rules': String.raw`RULE:^CN=nodes\.u-1,O=Sluice$/CN=impostor/,DEFAULT`,
  })
})
afterAll(() => engine.stop())

async function created(listener: string, subject: string, topic: string): Promise<string> {
  const connection = await Connection.open({
    network: systemNetwork(),
    clock: systemClock(),
    host: '127.0.0.1',
    port: engine.port(listener),
    tls: await engine.clientCredentials(subject),
    requestTimeoutMs: 10_000,
  })
  try {
    await createTopic(connection, topic)
    return 'created'
  } catch (error) {
    return (error as Error).message
  } finally {
    await connection.close()
  }
}

it('who has the name of a node is one only where nodes are believed', async () => {
  const refused = expect.stringMatching(/TOPIC_AUTHORIZATION_FAILED|CLUSTER_AUTHORIZATION_FAILED|authoriz/i)
  expect(await created('EITHER', node, 'by-a-node')).toBe('created')
  expect(await created('MUTUAL', node, 'by-an-impostor')).toEqual(refused)
  expect(await created('MUTUAL', 'CN=alice', 'by-alice')).toEqual(refused)
})
