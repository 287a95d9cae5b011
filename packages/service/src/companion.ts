import {
  type Calendar,
  type Clock,
  type Logger,
  MemoryDisk,
  type Network,
  type Random,
  systemProcesses,
} from '@sluice/effects'
import { callApi, type Endpoint } from './aws/api-client.ts'
import { type AccessKey, loadOrCreateAccessKey } from './credentials.ts'
import { Authority } from './fleet/authority/authority.ts'
import { embeddedEngine } from './fleet/engines/embedded.ts'
import { iamMechanisms } from './fleet/engines/embedded/iam-mechanisms.ts'
import { type ClientListenerName, type Engine, ListenerName } from './fleet/engines/engine.ts'
import { accountId, defaultRegion, placeOf } from './fleet/place.ts'
import { type GivenBrokers, GivenKafka, notFollowedByGiven } from './given-kafka.ts'
import { iamToken } from './iam-client-login.ts'
import { ClusterAccess } from './iam/cluster-access.ts'
import { emptyTable, Identities } from './iam/identities.ts'
import { startService } from './service.ts'

/*
 * What the library for tests takes from the service, where a test asks for it: the AWS APIs in front of its brokers, logins by
 * IAM, certificates. All of it lives in memory.
 */

interface CompanionEffects {
  clock: Clock
  calendar: Calendar
  network: Network
  random: Random
  logger: Logger
}

const dataDirectory = '/msk'
const clusterName = 'test'
const pollMs = 2
/** Brokers that run already need a moment of it. */
const activeMsMax = 60_000

/** What MSK calls the listener of brokers where clients log in so, and how it is asked for a cluster that has that one alone. */
const security = {
  none: inPlainText(),
  iam: byTls(ListenerName.clientIam, { sasl: { iam: { enabled: true } } }),
  scram: byTls(ListenerName.clientScram, { sasl: { scram: { enabled: true } } }),
  mtls: byTls(ListenerName.clientSecure, { tls: { enabled: true } }),
} as const

function inPlainText() {
  return {
    listener: ListenerName.client as ClientListenerName,
    encryptionInfo: { encryptionInTransit: { clientBroker: 'PLAINTEXT', inCluster: false } },
    clientAuthentication: { unauthenticated: { enabled: true } },
  }
}

function byTls(listener: ClientListenerName, authentication: object) {
  return {
    listener,
    encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
    clientAuthentication: { ...authentication, unauthenticated: { enabled: false } },
  }
}

/** What the library throws: what failed, why, and what to do next. */
type Refuse = (what: string, detail: { code: string; why: string; next: string }) => Error

export class Companion {
  readonly region = defaultRegion
  readonly accountId = accountId
  readonly accessKey: AccessKey
  readonly #effects: CompanionEffects
  readonly #disk = new MemoryDisk()

  constructor(effects: CompanionEffects) {
    this.#effects = effects
    this.#disk.mkdirSync(dataDirectory)
    this.accessKey = loadOrCreateAccessKey(this.#disk, effects.random, dataDirectory)
  }

  /** MSK's two ways to log in, for the one access key: it may do everything. */
  iamMechanisms(host: string): ReturnType<typeof iamMechanisms> {
    const place = placeOf(this.region, this.accountId)
    const identities = new Identities({ ...place, ownerKey: this.accessKey, keys: [], table: emptyTable })
    const arn = `arn:${place.partition}:kafka:${this.region}:${this.accountId}:cluster/${clusterName}`
    const access = new ClusterAccess(identities, arn, () => null)
    return iamMechanisms(access, [{ host }], this.#effects)
  }

  /** What a client shows to OAUTHBEARER; good for fifteen minutes. */
  iamToken(): string {
    return iamToken(this.accessKey, this.region, this.#effects.clock)
  }

  /** PEM: of a server at these hosts and of a client, by one authority. */
  async certificates(hosts: readonly string[], client: string) {
    const authority = new Authority({ clock: this.#effects.clock, disk: this.#disk }, dataDirectory)
    const path = `${dataDirectory}/server.pem`
    await authority.keepFile(path, { subject: 'CN=kafka', hosts: [...hosts] })
    const issued = await authority.issueForClient(client)
    return {
      authority: authority.certificate() ?? '',
      server: this.#disk.readFileSync(path).toString(),
      client: issued,
    }
  }

  /** The AWS endpoint, with a cluster that these brokers are; others that it is asked for are made beside. */
  async startMsk(given: GivenBrokers, refuse: Refuse) {
    const { clock, network } = this.#effects
    const { listener, ...asked } = security[given.auth ?? 'none']
    const cluster = new GivenKafka(given, listener, { clock, network })
    const effects = { ...this.#effects, disk: this.#disk, processes: systemProcesses() }
    const embedded = embeddedEngine(effects)
    const engine: Engine = {
      ...embedded,
      notFollowed: (name, change) => (name === clusterName ? notFollowedByGiven(change) : null),
      open: async (options) => (options.name === clusterName ? cluster : embedded.open(options)),
    }
    const service = await startService({
      ...{ dataDirectory, apiPort: 0, kafkaPort: 0, cluster: { kind: 'none' }, properties: {} },
      ...{ region: this.region, acceptAnySignature: false, effects },
      ...{ engines: [engine], engine: undefined, hosting: undefined },
    })
    const { endpoint, local } = service.report()
    const scope = { region: this.region, service: 'kafka' }
    const at = { ...local, credentials: this.accessKey, scope }
    const stop = () => service.stop()
    try {
      const clusterArn = await this.#createCluster(at, engine, given.running().length, asked)
      await this.#active(at, clusterArn, cluster, refuse)
      return { endpoint, clusterArn, stop }
    } catch (error) {
      await stop()
      throw error
    }
  }

  async #createCluster(endpoint: Endpoint, engine: Engine, brokers: number, asked: object): Promise<string> {
    const zones = [3, 2, 1].find((count) => brokers % count === 0) ?? 1
    const { clusterArn } = (await callApi(endpoint, this.#effects.clock, {
      method: 'POST',
      path: '/v1/clusters',
      body: {
        clusterName,
        kafkaVersion: engine.defaultKafkaVersion,
        numberOfBrokerNodes: brokers,
        brokerNodeGroupInfo: {
          clientSubnets: Array.from({ length: zones }, (_, at) => `subnet-${at + 1}`),
          instanceType: 'kafka.m7g.large',
        },
        ...asked,
      },
    })) as { clusterArn: string }
    return clusterArn
  }

  /** Resolves when the cluster is ACTIVE. Where its record does not say why it is not, `given` does. */
  async #active(endpoint: Endpoint, clusterArn: string, given: GivenKafka, refuse: Refuse): Promise<void> {
    const { clock } = this.#effects
    const endMs = clock.monotonic() + activeMsMax
    const path = `/v1/clusters/${encodeURIComponent(clusterArn)}`
    for (;;) {
      const isLast = clock.monotonic() >= endMs
      const { clusterInfo } = (await callApi(endpoint, clock, { method: 'GET', path })) as {
        clusterInfo: { state: string; stateInfo?: { code: string; message: string } }
      }
      const { state, stateInfo } = clusterInfo
      if (state === 'ACTIVE') return
      if (state === 'FAILED' || isLast) {
        const reason = stateInfo ? `${stateInfo.code}: ${stateInfo.message}` : await given.problem()
        throw refuse('The brokers have not become a cluster of the MSK API.', {
          code: 'MSK_CLUSTER',
          why: `It is ${state}${isLast ? ` after ${activeMsMax / 1000} s` : ''}. ${reason ?? 'Nothing is known of the reason.'}`,
          next: 'See what the brokers say: KafkaServer.start({ log: console.error, … }). Without msk: true nothing waits for it.',
        })
      }
      await clock.sleep(pollMs)
    }
  }
}
