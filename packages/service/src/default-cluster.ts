import { type Clock, Deferred, type Logger, type Network, type Random } from '@sluice/effects'
import type { ProbeOptions } from './broker-probe.ts'
import { ApiError, callApi, callJson, type Endpoint } from './aws/api-client.ts'
import type { ClusterRecord, ClusterState } from './fleet/clusters/cluster-record.ts'
import type { Fleet } from './fleet/fleet.ts'
import { type Engine, ListenerName } from './fleet/engines/engine.ts'
import { metadataDamaged, OperatingError } from './fleet/operating-error.ts'
import { propertiesRefusal, shownValue, tagsOfProperties } from './fleet/clusters/static-properties.ts'
import { UsageError } from './usage-error.ts'

/*
 * The cluster that `sluice start` makes: asked for as any AWS tool would ask for it, through our own endpoint, over
 * HTTP, signed. What has become of it is read where the endpoint reads it, in the fleet.
 */

/** Time to get going, where something is in the way: of a cluster that is made, and of one that was there before. */
export const hinderedMsMax = { made: 30_000, restored: 3_000 }
/** A broker that does not answer at one look may be on its way. */
const unansweredMsMax = 5_000
/** An engine may have to be fetched first, and starts slowly on a busy machine. */
const readyMsMax = 900_000
const pollMs = 10

/**
 * Local development expects topics to appear when they are written to, and a group's first member to begin at once;
 * with MSK's defaults neither is so.
 */
const ownDefaults = { 'auto.create.topics.enable': 'true', 'group.initial.rebalance.delay.ms': '0' }

const brokers = 3

export interface ClusterContext {
  endpoint: Endpoint
  fleet: Fleet
  engine: Engine
  clock: Clock
  network: Network
  logger: Logger
  random: Random
  /** Resolves when the broker at this address has answered a Kafka request. */
  probe: (at: ProbeOptions) => Promise<void>
}

/** Three brokers over three subnets, with a listener of each kind that the engine has, the plaintext one among them. */
export async function createCluster(
  { endpoint, clock, engine }: ClusterContext,
  name: string,
  properties: Record<string, string>,
): Promise<void> {
  const set = { ...ownDefaults, ...properties }
  checkSettable(set, engine)
  await callApi(endpoint, clock, {
    method: 'POST',
    path: '/v1/clusters',
    body: {
      clusterName: name,
      kafkaVersion: engine.defaultKafkaVersion,
      numberOfBrokerNodes: brokers,
      brokerNodeGroupInfo: {
        clientSubnets: ['subnet-1', 'subnet-2', 'subnet-3'],
        instanceType: 'kafka.m7g.large',
      },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS_PLAINTEXT' } },
      clientAuthentication: {
        unauthenticated: { enabled: true },
        sasl: { scram: { enabled: true }, iam: { enabled: engine.clientListeners.has('CLIENT_IAM') } },
      },
      tags: { ...tagsOfProperties(set), [userTag]: userName },
    },
  })
}

/** Its name among the users of SCRAM. */
const userName = 'demo'
/** On clusters that a start has made: it owes them this user. */
const userTag = 'sluice:user'

/**
 * A user that can log in by SCRAM, with a password of its own, for a cluster that a start has made and that never had one:
 * the start that made it may have come to its end before. The cluster serves without one, too.
 */
export async function provideUser(context: ClusterContext, clusterName: string): Promise<void> {
  const { endpoint, clock, fleet, logger } = context
  const record = fleet.clusters.byName(clusterName)
  // Whoever has taken the user away has left an empty list.
  if (!record || record.tags[userTag] === undefined || record.scramSecrets !== undefined) return
  try {
    const secretArn = await secretOfUser(context, `AmazonMSK_${clusterName}_${userName}`, clusterName)
    await callApi(endpoint, clock, {
      method: 'POST',
      path: `/v1/clusters/${encodeURIComponent(record.arn)}/scram-secrets`,
      body: { secretArnList: [secretArn] },
    })
    await fleet.idle(record.uuid)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    logger.warn('there is no user for SCRAM', { cluster: clusterName, error })
  }
}

/** Of the secret of that name, which may be there already. */
async function secretOfUser(
  { endpoint, clock, random }: ClusterContext,
  name: string,
  clusterName: string,
): Promise<string> {
  const login = { username: userName, password: random.bytes(18).toString('base64url') }
  const request = {
    Name: name,
    Description: `A user of the cluster ${clusterName}`,
    // MSK wants a key of its owner: any will do.
    KmsKeyId: random.uuid(),
    SecretString: JSON.stringify(login),
  }
  const call = (operation: string, body: object) =>
    callJson(endpoint, clock, 'secretsmanager', operation, body) as Promise<{ ARN: string }>
  const { ARN } = await call('CreateSecret', request).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== 'ResourceExistsException') throw error
    return call('DescribeSecret', { SecretId: name })
  })
  return ARN
}

/** The API would refuse them as tags, which nobody has written. */
function checkSettable(brokerProperties: Record<string, string>, engine: Engine): void {
  const source = {
    kafkaVersion: engine.defaultKafkaVersion,
    numberOfBrokerNodes: brokers,
    brokerNodeGroup: {},
    encryption: { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' as const } },
    clientAuthentication: {
      Unauthenticated: { Enabled: true },
      Sasl: { Scram: { Enabled: true }, Iam: { Enabled: true } },
    },
    brokerProperties,
  }
  const refusal = propertiesRefusal({ ...source, configuration: null }, engine, '--set')
  if (refusal) throw new UsageError(`--set (or "set" in config.json): ${refusal.message}`)
}

/** `--set` decides at creation; on a cluster that is there it may only say what is so already. */
export function checkProperties(fleet: Fleet, name: string, wanted: Record<string, string>): void {
  const had = fleet.clusters.byName(name)?.spec.brokerProperties ?? {}
  const differing = Object.entries(wanted).filter(([key, value]) => had[key] !== value)
  if (differing.length === 0) return
  const list = differing
    .map(([key]) => `${key}=${had[key] === undefined ? '(not set)' : shownValue(key, had[key])}`)
    .join(', ')
  throw new OperatingError(`The cluster "${name}" exists with other broker properties.`, {
    code: 'CLUSTER_EXISTS',
    why: `--set is for the cluster that a start makes; this one was made with ${list}.`,
    next: 'Leave --set away, name another cluster with --cluster, or delete this one first.',
  })
}

/** Resolves when the cluster is ACTIVE, or at work on a change of itself, and one of its brokers answers Kafka requests. */
export async function waitUntilReady(
  context: ClusterContext,
  name: string,
  hinderedMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const { fleet, clock } = context
  const find = () => {
    const record = fleet.clusters.byName(name)
    if (!record) throw new Error(`the cluster ${name} vanished while it was made`)
    return record
  }
  const startedAt = clock.monotonic()
  for (;;) {
    await untilAborted(fleet.idle(find().uuid), signal)
    signal?.throwIfAborted()
    const { state, stateInfo } = find()
    if (readyStates.has(state)) break
    // It waits for a person; the service runs without it, and says so.
    if (state === 'FAILED' && stateInfo?.code === metadataDamaged) return
    const waitedMs = clock.monotonic() - startedAt
    if (state === 'FAILED' || waitedMs > (stateInfo ? hinderedMs : readyMsMax))
      throw notReady(find(), waitedMs)
    await clock.sleep(pollMs)
  }
  await untilOneAnswers(context, find(), signal)
}

/** Looks at all brokers again and again: one that is away, or lets no client in, does not stand for the others. */
async function untilOneAnswers(
  { fleet, clock, network, probe }: ClusterContext,
  record: ClusterRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const giveUpAt = clock.monotonic() + unansweredMsMax
  for (;;) {
    const listeners = fleet.clusters
      .addresses(record)
      .filter(({ listener, isUp }) => isUp && listener === ListenerName.client)
    if (listeners.length === 0) return
    const looks = listeners.map(({ local }) => probe({ clock, network, ...local }))
    const failure = await Promise.any(looks).then(
      () => null,
      (error: AggregateError) => error.errors[0] as Error,
    )
    signal?.throwIfAborted()
    if (failure === null) return
    if (clock.monotonic() > giveUpAt) throw silent(record, failure)
    await clock.sleep(pollMs)
  }
}

function silent({ name }: ClusterRecord, { message }: Error): OperatingError {
  return new OperatingError(`No broker of the cluster "${name}" answers.`, {
    code: 'BROKERS_SILENT',
    why: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    next: 'A broker whose configuration lets no client in is among what may be the cause.',
  })
}

const readyStates: ReadonlySet<ClusterState> = new Set(['ACTIVE', 'UPDATING', 'REBOOTING_BROKER'])

function notReady({ name, state, stateInfo }: ClusterRecord, waitedMs: number): OperatingError {
  return new OperatingError(`The cluster "${name}" did not start.`, {
    code: stateInfo?.code ?? 'CLUSTER_NOT_READY',
    why: stateInfo?.message ?? `It is ${state} after ${Math.round(waitedMs / 1000)} seconds.`,
    next: 'Remove the cause and start again; nothing that was acknowledged is lost.',
  })
}

/** The wait ends early when the start is called off; what is waited for goes on. */
export async function untilAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work
  const aborted = new Deferred<void>()
  const abort = () => aborted.resolve()
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  await Promise.race([work, aborted.promise])
  signal.removeEventListener('abort', abort)
}
