import { UpdateMonitoringCommand, type UpdateMonitoringRequest } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters
let ClusterArn: string

beforeEach(async () => {
  clusters = await TestClusters.start()
  ClusterArn = await clusters.create()
})

async function update(change: Omit<UpdateMonitoringRequest, 'ClusterArn' | 'CurrentVersion'>) {
  const { CurrentVersion } = await clusters.info(ClusterArn)
  return clusters.client.send(new UpdateMonitoringCommand({ ClusterArn, CurrentVersion, ...change }))
}

const exporters = (jmx: boolean, node: boolean) => ({
  OpenMonitoring: {
    Prometheus: { JmxExporter: { EnabledInBroker: jmx }, NodeExporter: { EnabledInBroker: node } },
  },
})
const logs = {
  LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true, LogGroup: 'logs' } } },
}

describe('UpdateMonitoring', () => {
  it('changes what it names, leaves the rest, and tells what is not served', async () => {
    await update({ EnhancedMonitoring: 'PER_TOPIC_PER_BROKER' })
    await clusters.settled(ClusterArn)
    const { ClusterOperationArn } = await update({ ...exporters(true, false), ...logs })
    await clusters.settled(ClusterArn)
    const info = await clusters.info(ClusterArn)
    expect(info).toMatchObject({
      EnhancedMonitoring: 'PER_TOPIC_PER_BROKER',
      ...exporters(true, false),
      ...logs,
      StateInfo: {
        Message: expect.stringMatching(/Broker logs are described/),
      },
    })
    const operation = await clusters.operation(ClusterOperationArn)
    expect(operation).toMatchObject({ OperationType: 'UPDATE_MONITORING', OperationState: 'UPDATE_COMPLETE' })
    expect(operation.SourceClusterInfo).toEqual({})
    expect(operation.TargetClusterInfo).toEqual({ ...exporters(true, false), ...logs })
  })

  it('refuses open monitoring without an exporter, and what changes nothing', async () => {
    await expect(update(exporters(false, false))).rejects.toMatchObject(
      refused(/At least one of the exporters/, 'openMonitoring'),
    )
    for (const change of [{}, { EnhancedMonitoring: 'DEFAULT' as const }])
      await expect(update(change)).rejects.toMatchObject(refused(/does not include any updates/))
    await expect(update({ EnhancedMonitoring: 'PER_HOST' as never })).rejects.toMatchObject({
      InvalidParameter: 'enhancedMonitoring',
    })
  })
})
