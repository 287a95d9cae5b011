import {
  DeleteConfigurationCommand,
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  ListConfigurationRevisionsCommand,
  UpdateConfigurationCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytes, TestClusters, unknownConfigurationArn } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('a configuration ARN', () => {
  it.each([
    ['that names nothing', unknownConfigurationArn, 'Configuration ARN does not exist'],
    ['that is none', 'ours', 'Invalid Configuration ARN.'],
    [
      'of another thing',
      unknownConfigurationArn.replace(':configuration/', ':cluster/'),
      'Invalid Configuration ARN.',
    ],
  ])('%s is a bad request', async (_what, Arn, message) => {
    for (const call of [
      clusters.client.send(new DescribeConfigurationCommand({ Arn })),
      clusters.client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision: 1 })),
      clusters.client.send(new ListConfigurationRevisionsCommand({ Arn })),
      clusters.client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('') })),
      clusters.client.send(new DeleteConfigurationCommand({ Arn })),
    ])
      await expect(call).rejects.toMatchObject({ name: 'BadRequestException', message })
  })
})

describe('a configuration ARN with plain slashes', () => {
  it('is found, with what comes after it', async () => {
    clusters = await TestClusters.start({ acceptAnySignature: true })
    const arn = await clusters.createOurs()
    for (const path of [arn, encodeURIComponent(arn)])
      for (const [rest, member] of [
        ['', 'latestRevision'],
        ['/revisions', 'revisions'],
        ['/revisions/1', 'serverProperties'],
      ] as const) {
        const target = `/v1/configurations/${path}${rest}`
        const answer = await clusters.service.handle({
          method: 'GET',
          target,
          headers: [],
          body: Buffer.alloc(0),
        })
        expect(answer.status).toBe(200)
        expect(JSON.parse(String(answer.body))).toHaveProperty(member)
      }
  })
})
