import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteConfigurationCommand,
  DescribeConfigurationCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('DeleteConfiguration', () => {
  it('answers DELETING; then it does not exist, in the words that Terraform waits for', async () => {
    const Arn = await clusters.createOurs()
    expect(await clusters.client.send(new DeleteConfigurationCommand({ Arn }))).toMatchObject({
      Arn,
      State: 'DELETING',
    })
    const gone = {
      name: 'BadRequestException',
      message: 'Configuration ARN does not exist',
      $metadata: { httpStatusCode: 400 },
    }
    await expect(clusters.client.send(new DescribeConfigurationCommand({ Arn }))).rejects.toMatchObject(gone)
    await expect(clusters.client.send(new DeleteConfigurationCommand({ Arn }))).rejects.toMatchObject(gone)
    expect(await clusters.createOurs()).not.toBe(Arn)
  })

  it('is refused while a cluster has it, until the cluster is gone', async () => {
    const Arn = await clusters.createOurs()
    const { ClusterArn = '' } = await clusters.client.send(
      new CreateClusterCommand({ ...provisioned('orders'), ConfigurationInfo: { Arn, Revision: 1 } }),
    )
    const idle = () => clusters.service.fleet.idle(ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1))
    await idle()
    await expect(clusters.client.send(new DeleteConfigurationCommand({ Arn }))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringMatching(
        /^Configuration is in use by one or more clusters\. Dissociate the configuration from/,
      ),
    })
    await clusters.client.send(new DeleteClusterCommand({ ClusterArn }))
    await idle()
    await clusters.client.send(new DeleteConfigurationCommand({ Arn }))
  })
})
