import type { Clock, Network } from '@sluice/effects'
import { callApi, type Endpoint } from './aws/api-client.ts'
import { tagsOfProperties } from './fleet/broker-properties.ts'
import type { Fleet } from './fleet/fleet.ts'
import { defaultKafkaVersion } from './fleet/kafka-versions.ts'
import { OperatingError } from './fleet/operating-error.ts'

/*
 * The cluster that `sluice start` makes, made as any AWS tool would make it: through our own endpoint, over
 * HTTP, signed.
 */

const readyMsMax = 30_000
const pollMs = 10

/** Local development expects topics to appear when they are written to; MSK's default is that they do not. */
const ownDefaults = { 'auto.create.topics.enable': 'true' }

export interface ClusterContext {
  endpoint: Endpoint
  fleet: Fleet
  clock: Clock
  network: Network
  /** Resolves when the broker at this address has answered a Kafka request. */
  probe: (network: Network, host: string, port: number) => Promise<void>
}

/** Three brokers over three subnets, plaintext: MSK's common shape. */
export async function createCluster(
  { endpoint, clock }: ClusterContext,
  name: string,
  properties: Record<string, string>,
): Promise<void> {
  await callApi(endpoint, clock, {
    method: 'POST',
    path: '/v1/clusters',
    body: {
      clusterName: name,
      kafkaVersion: defaultKafkaVersion,
      numberOfBrokerNodes: 3,
      brokerNodeGroupInfo: {
        clientSubnets: ['subnet-1', 'subnet-2', 'subnet-3'],
        instanceType: 'kafka.m7g.large',
      },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'PLAINTEXT' } },
      tags: tagsOfProperties({ ...ownDefaults, ...properties }),
    },
  })
}

/** `--set` decides at creation; on a cluster that is there it may only say what is so already. */
export function checkProperties(fleet: Fleet, name: string, wanted: Record<string, string>): void {
  const had = fleet.clusters.list().find((cluster) => cluster.name === name)?.spec.brokerProperties ?? {}
  const differing = Object.entries(wanted).filter(([key, value]) => had[key] !== value)
  if (differing.length === 0) return
  const list = differing.map(([key]) => `${key}=${had[key] ?? '(not set)'}`).join(', ')
  throw new OperatingError(`The cluster "${name}" exists with other broker properties.`, {
    code: 'CLUSTER_EXISTS',
    why: `--set is for the cluster that a start makes; this one was made with ${list}.`,
    next: 'Leave --set away, name another cluster with --cluster, or delete this one first.',
  })
}

/** Resolves when the cluster is ACTIVE by the API's own words and its brokers answer Kafka requests. */
export async function waitUntilReady(
  context: ClusterContext,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const { fleet, clock, network, probe } = context
  const record = fleet.clusters.list().find((cluster) => cluster.name === name)
  if (!record) throw new Error(`the cluster ${name} vanished while it was made`)
  const giveUpAt = clock.monotonic() + readyMsMax
  for (;;) {
    await fleet.idle(record.uuid)
    const { state, stateInfo } = await describe(context, record.arn)
    signal?.throwIfAborted()
    if (state === 'ACTIVE') break
    if (state === 'FAILED' || clock.monotonic() > giveUpAt)
      throw new OperatingError(`The cluster "${name}" did not start.`, {
        code: stateInfo?.code ?? 'CLUSTER_NOT_READY',
        why: stateInfo?.message ?? `It is ${state} after ${readyMsMax / 1000} seconds.`,
        next: 'Remove the cause and start again; nothing that was acknowledged is lost.',
      })
    await clock.sleep(pollMs)
  }
  for (const cluster of fleet.status())
    if (cluster.name === name)
      for (const broker of cluster.brokers)
        for (const { host, port } of broker.listeners) await probe(network, host, port)
}

async function describe(
  { endpoint, clock }: ClusterContext,
  arn: string,
): Promise<{ state: string; stateInfo?: { code?: string; message?: string } }> {
  const path = `/v1/clusters/${encodeURIComponent(arn)}`
  const { clusterInfo } = (await callApi(endpoint, clock, { method: 'GET', path })) as {
    clusterInfo: { state: string; stateInfo?: { code?: string; message?: string } }
  }
  return clusterInfo
}
