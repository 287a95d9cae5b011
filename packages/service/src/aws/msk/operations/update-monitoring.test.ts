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
  it('changes what it names, and leaves the rest', async () => {
    clusters.service.fleet.logs.groups.create('logs', { kmsKeyId: null, logGroupClass: 'STANDARD', tags: {} })
    await update({ EnhancedMonitoring: 'PER_TOPIC_PER_BROKER' })
    await clusters.settled(ClusterArn)
    const { ClusterOperationArn } = await update({ ...exporters(true, false), ...logs })
    await clusters.settled(ClusterArn)
    const info = await clusters.info(ClusterArn)
    expect(info).toMatchObject({
      EnhancedMonitoring: 'PER_TOPIC_PER_BROKER',
      ...exporters(true, false),
      ...logs,
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
  it('refuses destinations of logs that are not there or have no name', async () => {
    await expect(update(logs)).rejects.toMatchObject(
      refused(/^The log group logs does not exist\.$/, 'logGroup'),
    )
    for (const [BrokerLogs, parameter] of [
      [{ S3: { Enabled: true } }, 'bucket'],
      [{ Firehose: { Enabled: true } }, 'deliveryStream'],
    ] as const)
      await expect(update({ LoggingInfo: { BrokerLogs } })).rejects.toMatchObject(
        refused(/need a destination/, parameter),
      )
  })
})
