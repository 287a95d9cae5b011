import {
  CreateConfigurationCommand,
  DescribeConfigurationCommand,
  ListConfigurationsCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytes, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('CreateConfiguration', () => {
  it('answers with revision 1 and an ARN in the shape of AWS, and is on disk before', async () => {
    const answer = await clusters.client.send(
      new CreateConfigurationCommand({
        Name: 'ours',
        Description: 'what we use',
        KafkaVersions: ['3.9.x', '4.4.x.kraft', '2.8.1'],
        ServerProperties: bytes('num.partitions=3'),
      }),
    )
    expect(answer).toMatchObject({
      Name: 'ours',
      State: 'ACTIVE',
      CreationTime: expect.any(Date),
      LatestRevision: { Revision: 1, Description: 'what we use', CreationTime: answer.CreationTime },
    })
    expect(answer.Arn).toMatch(
      /^arn:aws:kafka:us-east-1:000000000000:configuration\/ours\/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}-\d{1,2}$/,
    )
    const uuid = answer.Arn?.slice(answer.Arn.lastIndexOf('/') + 1)
    const stored = JSON.parse(
      clusters.service.disk.readFileSync(`/data/configurations/${uuid}.json`).toString(),
    )
    expect(stored).toMatchObject({ arn: answer.Arn, formatVersion: 1 })
    expect(await clusters.client.send(new DescribeConfigurationCommand({ Arn: answer.Arn }))).toMatchObject({
      Arn: answer.Arn,
      Name: 'ours',
      Description: 'what we use',
      KafkaVersions: ['3.9.x', '4.4.x.kraft', '2.8.1'],
      LatestRevision: { Revision: 1 },
      State: 'ACTIVE',
    })
  })

  it('refuses a name that is taken', async () => {
    await clusters.createOurs()
    await expect(clusters.createOurs()).rejects.toMatchObject({
      name: 'ConflictException',
      message: 'A resource with this name already exists',
    })
  })

  it.each([
    ['an odd name', { Name: 'a_b' }, 'name', /characters that are not valid/],
    ['an empty name', { Name: '' }, 'name', /characters that are not valid/],
    [
      'a version that nobody has',
      { KafkaVersions: ['2.1.7'] },
      'kafkaVersions',
      /^Unsupported KafkaVersion \[2\.1\.7\]\. Valid values: \[.*4\.4\.x\.kraft.*\]$/,
    ],
    [
      'names that may not be set, all at once',
      { ServerProperties: bytes('listeners=x\nnum.partitions=1\nno.such=1') },
      'serverProperties',
      /^A configuration cannot set these server properties: listeners, no\.such\.$/,
    ],
    [
      'values of another type, all at once',
      {
        ServerProperties: bytes(
          'num.partitions=many\nunclean.leader.election.enable=perhaps\nreplica.lag.time.max.ms=9999',
        ),
      },
      'serverProperties',
      /num\.partitions: 'many' is not a whole number; unclean\.leader\.election\.enable: 'perhaps' is neither true nor false; replica\.lag\.time\.max\.ms: '9999' is not between 10000 and 30000/,
    ],
    [
      'a malformed escape',
      { ServerProperties: bytes('a=\\u00') },
      'serverProperties',
      /Line 1 has a malformed/,
    ],
    [
      'a text that is too long',
      { ServerProperties: bytes(`#${'x'.repeat(65_536)}`) },
      'serverProperties',
      /at most 65536 bytes/,
    ],
    [
      'advertised listeners of another form',
      { ServerProperties: bytes('custom.advertised.listeners=CLIENT://x:9000') },
      'serverProperties',
      /custom.advertised.listeners: 'CLIENT:\/\/x:9000' is not/,
    ],
    ['a long description', { Description: 'x'.repeat(1_025) }, 'description', /at most 1024/],
  ])('refuses %s', async (_what, change, parameter, message) => {
    await expect(clusters.createOurs(change)).rejects.toMatchObject({
      name: 'BadRequestException',
      InvalidParameter: parameter,
      message: expect.stringMatching(message),
    })
    expect((await clusters.client.send(new ListConfigurationsCommand({}))).Configurations).toEqual([])
  })

  it.each(['remote.log.reader.threads=10', 'local.retention.ms=1'])(
    'says that %s is not implemented',
    async (line) => {
      await expect(clusters.createOurs({ ServerProperties: bytes(line) })).rejects.toMatchObject({
        name: 'NotImplementedException',
        message: expect.stringContaining(line.slice(0, line.indexOf('='))),
      })
    },
  )

  it('takes what MSK has by default', async () => {
    const text = [
      '# MSK’s own',
      ...['auto.create.topics.enable=false', 'default.replication.factor=3', 'min.insync.replicas=2'],
      ...['num.io.threads = 8', 'num.network.threads: 5', 'num.partitions 1', 'num.replica.fetchers=2'],
      ...['replica.lag.time.max.ms=30000', 'socket.receive.buffer.bytes=102400'],
      ...['socket.request.max.bytes=104857600', 'socket.send.buffer.bytes=102400'],
      ...['unclean.leader.election.enable=true', 'zookeeper.session.timeout.ms=18000'],
      ...['allow.everyone.if.no.acl.found=true', 'log.cleanup.policy=compact,delete'],
    ].join('\n')
    await clusters.createOurs({ ServerProperties: bytes(text) })
  })

  it('stops at 100', async () => {
    for (let at = 0; at < 100; at++) await clusters.createOurs({ Name: `c${at}` })
    await expect(clusters.createOurs({ Name: 'one-more' })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    })
  })

  it('answers 503 when the disk does not take it, and then there is none', async () => {
    clusters.service.disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(clusters.createOurs()).rejects.toMatchObject({ name: 'ServiceUnavailableException' })
    expect((await clusters.client.send(new ListConfigurationsCommand({}))).Configurations).toEqual([])
  })
})
