import { type Clock, Deferred, type Network } from '@sluice/effects'
import { callApi, type Endpoint } from './aws/api-client.ts'
import { tagsOfProperties } from './fleet/clusters/broker-properties.ts'
import type { Fleet } from './fleet/fleet.ts'
import { type Engine, ListenerName } from './fleet/engines/engine.ts'
import { OperatingError } from './fleet/operating-error.ts'

/*
 * The cluster that `sluice start` makes, made as any AWS tool would make it: through our own endpoint, over
 * HTTP, signed.
 */

/** Time to get going, where something is in the way. */
const hinderedMsMax = 30_000
/** An engine may have to be fetched first, and starts slowly on a busy machine. */
const readyMsMax = 900_000
const pollMs = 10

/** Local development expects topics to appear when they are written to; MSK's default is that they do not. */
const ownDefaults = { 'auto.create.topics.enable': 'true' }

export interface ClusterContext {
  endpoint: Endpoint
  fleet: Fleet
  engine: Engine
  clock: Clock
  network: Network
  /** Resolves when the broker at this address has answered a Kafka request. */
  probe: (network: Network, host: string, port: number) => Promise<void>
}

/** Three brokers over three subnets, plaintext: MSK's common shape. */
export async function createCluster(
  { endpoint, clock, engine }: ClusterContext,
  name: string,
  properties: Record<string, string>,
): Promise<void> {
  await callApi(endpoint, clock, {
    method: 'POST',
    path: '/v1/clusters',
    body: {
      clusterName: name,
      kafkaVersion: engine.defaultKafkaVersion,
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

/**
 * Resolves when the cluster is ACTIVE by the API's own words, or at work on a change of itself, and its brokers
 * answer Kafka requests.
 */
export async function waitUntilReady(
  context: ClusterContext,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const { fleet, clock, network, probe } = context
  const record = fleet.clusters.list().find((cluster) => cluster.name === name)
  if (!record) throw new Error(`the cluster ${name} vanished while it was made`)
  const startedAt = clock.monotonic()
  for (;;) {
    await untilAborted(fleet.idle(record.uuid), signal)
    const { state, stateInfo } = await describe(context, record.arn)
    signal?.throwIfAborted()
    if (state === 'ACTIVE' || state === 'UPDATING' || state === 'REBOOTING_BROKER') break
    const waitedMs = clock.monotonic() - startedAt
    if (state === 'FAILED' || waitedMs > (stateInfo ? hinderedMsMax : readyMsMax))
      throw new OperatingError(`The cluster "${name}" did not start.`, {
        code: stateInfo?.code ?? 'CLUSTER_NOT_READY',
        why: stateInfo?.message ?? `It is ${state} after ${Math.round(waitedMs / 1000)} seconds.`,
        next: 'Remove the cause and start again; nothing that was acknowledged is lost.',
      })
    await clock.sleep(pollMs)
  }
  for (const { listener, host, port, isUp } of fleet.clusters.addresses(record))
    if (isUp && listener === ListenerName.client) await probe(network, host, port)
}

/** The wait ends early when the start is called off; what is waited for goes on. */
async function untilAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work
  const aborted = new Deferred<void>()
  const abort = () => aborted.resolve()
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  await Promise.race([work, aborted.promise])
  signal.removeEventListener('abort', abort)
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
