import {
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  ListConfigurationRevisionsCommand,
  UpdateConfigurationCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytes, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('revisions', () => {
  it('count up, and give the exact bytes back', async () => {
    const Arn = await clusters.createOurs()
    const second = bytes('# ü\r\nnum.partitions : 4\t\n\n')
    const answer = await clusters.client.send(
      new UpdateConfigurationCommand({ Arn, ServerProperties: second, Description: 'more' }),
    )
    expect(answer).toMatchObject({ Arn, LatestRevision: { Revision: 2, Description: 'more' } })
    const described = await clusters.client.send(
      new DescribeConfigurationRevisionCommand({ Arn, Revision: 2 }),
    )
    expect(described).toMatchObject({ Arn, Revision: 2, Description: 'more', CreationTime: expect.any(Date) })
    expect(Buffer.from(described.ServerProperties ?? [])).toEqual(Buffer.from(second))
    const first = await clusters.client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision: 1 }))
    expect(Buffer.from(first.ServerProperties ?? []).toString()).toBe('num.partitions=3\n')
    const { LatestRevision } = await clusters.client.send(new DescribeConfigurationCommand({ Arn }))
    expect(LatestRevision?.Revision).toBe(2)
  })

  it('are listed in pages', async () => {
    const Arn = await clusters.createOurs()
    for (let at = 0; at < 11; at++)
      await clusters.client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('') }))
    const first = await clusters.client.send(new ListConfigurationRevisionsCommand({ Arn, MaxResults: 10 }))
    const rest = await clusters.client.send(
      new ListConfigurationRevisionsCommand({ Arn, NextToken: first.NextToken }),
    )
    const numbers = [...(first.Revisions ?? []), ...(rest.Revisions ?? [])].map(({ Revision }) => Revision)
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(rest.NextToken).toBeUndefined()
  })

  it('end at 50', async () => {
    const Arn = await clusters.createOurs()
    const update = () =>
      clusters.client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('') }))
    for (let at = 1; at < 50; at++) await update()
    await expect(update()).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('at most 50'),
    })
  })

  it('that are not there, or not valid, are bad requests', async () => {
    const Arn = await clusters.createOurs()
    for (const Revision of [0, 2, 1.5])
      await expect(
        clusters.client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision })),
      ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'revision' })
    await expect(
      clusters.client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('no.such=1') })),
    ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'serverProperties' })
  })
})
