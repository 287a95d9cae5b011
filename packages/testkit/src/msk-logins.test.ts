import { DescribeClusterV2Command, GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka'
import type { SASLOptions } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'
import { signedWith, topicsOf } from './testing/logins.ts'

// What a test asks for by `msk` and `auth` together is one cluster, of which the API says what its brokers do.

type Auth = 'iam' | 'scram' | 'mtls'

const start = (auth: Auth) => KafkaServer.start({ msk: true, auth, topics: { orders: 1 } })

async function asMskSays(kafka: KafkaServer) {
  const msk = new KafkaClient(kafka.aws.clientConfig)
  const ClusterArn = kafka.aws.clusterArn ?? ''
  const { $metadata: _, ...bootstrap } = await msk.send(new GetBootstrapBrokersCommand({ ClusterArn }))
  const { ClusterInfo } = await msk.send(new DescribeClusterV2Command({ ClusterArn }))
  msk.destroy()
  const { State, Provisioned } = ClusterInfo ?? {}
  const { EncryptionInfo, ClientAuthentication } = Provisioned ?? {}
  return { bootstrap, State, transit: EncryptionInfo?.EncryptionInTransit, login: ClientAuthentication }
}

describe('msk: true with auth', { timeout: 60_000 }, () => {
  it.each([
    ['iam', 'BootstrapBrokerStringSaslIam', { Sasl: { Iam: { Enabled: true } } }],
    ['scram', 'BootstrapBrokerStringSaslScram', { Sasl: { Scram: { Enabled: true } } }],
    ['mtls', 'BootstrapBrokerStringTls', { Tls: { Enabled: true } }],
  ] as const)('%s is such a cluster, and lets in what clientConfig has', async (auth, member, login) => {
    await using kafka = await start(auth)
    expect(await asMskSays(kafka)).toMatchObject({
      State: 'ACTIVE',
      transit: { ClientBroker: 'TLS', InCluster: true },
      login: { ...login, Unauthenticated: { Enabled: false } },
    })
    expect((await asMskSays(kafka)).bootstrap).toEqual({ [member]: kafka.bootstrap })
    const config = kafka.clientConfig('kafkajs')
    expect(await topicsOf(config)).toEqual(['orders'])
    const { ssl: _, ...inPlainText } = config
    await expect(topicsOf(inPlainText)).rejects.toThrow()
    await using copy = await kafka.fork()
    expect(await topicsOf(copy.clientConfig('kafkajs'))).toEqual(['orders'])
  })

  it('iam refuses a token of another key, and takes one of AWS’s signer', async () => {
    await using kafka = await start('iam')
    const { brokers, ssl = { ca: [] } } = kafka.clientConfig('kafkajs')
    const { region, credentials } = kafka.aws
    expect(await topicsOf({ brokers, ssl, sasl: signedWith(region, credentials) })).toEqual(['orders'])
    const wrong = signedWith(region, { ...credentials, secretAccessKey: 'wrong' })
    await expect(topicsOf({ brokers, ssl, sasl: wrong })).rejects.toThrow()
  })

  it('scram is that of 512 bits, and refuses another password and other bits', async () => {
    await using kafka = await start('scram')
    const { brokers, ssl = { ca: [] }, sasl } = kafka.clientConfig('kafkajs')
    expect(sasl?.mechanism).toBe('scram-sha-512')
    const as = (mechanism: 'scram-sha-256' | 'scram-sha-512', password: string) =>
      topicsOf({ brokers, ssl, sasl: { mechanism, username: 'test', password } as SASLOptions })
    expect(await as('scram-sha-512', 'test-secret')).toEqual(['orders'])
    await expect(as('scram-sha-512', 'guessed')).rejects.toThrow(/Authentication failed/)
    await expect(as('scram-sha-256', 'test-secret')).rejects.toThrow(/does not support .* SASL mechanism/)
  })

  it('mtls refuses who shows no certificate', async () => {
    await using kafka = await start('mtls')
    const { brokers, ssl } = kafka.clientConfig('kafkajs')
    await expect(topicsOf({ brokers, ssl: { ca: ssl?.ca ?? [] } })).rejects.toThrow()
  })

  it('plain is refused at once: MSK has no such login', async () => {
    await expect(KafkaServer.start({ msk: true, auth: 'plain' })).rejects.toMatchObject({
      code: 'AUTH',
      message: expect.stringContaining("Give auth: 'scram'"),
    })
  })

  it('tells clients of librdkafka and Java of TLS, too', async () => {
    await using kafka = await start('iam')
    const { ca } = kafka.clientConfig('kafkajs').ssl ?? {}
    expect(kafka.clientConfig('platformatic').tls).toEqual({ ca })
    expect(kafka.clientConfig('confluent')).toMatchObject({
      'security.protocol': 'SASL_SSL',
      'ssl.ca.pem': ca?.[0],
    })
    expect(kafka.clientConfig('java')).toMatchObject({
      'security.protocol': 'SASL_SSL',
      'ssl.truststore.certificates': ca?.[0],
    })
  })
})
