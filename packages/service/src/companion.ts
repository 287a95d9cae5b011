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
import type { Engine } from './fleet/engines/engine.ts'
import { accountId, defaultRegion, placeOf } from './fleet/place.ts'
import { type GivenBrokers, GivenKafka } from './given-kafka.ts'
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
  async startMsk(given: GivenBrokers) {
    const { clock, network } = this.#effects
    const effects = { ...this.#effects, disk: this.#disk, processes: systemProcesses() }
    const embedded = embeddedEngine(effects)
    const engine: Engine = {
      ...embedded,
      open: async (options) =>
        options.name === clusterName ? new GivenKafka(given, { clock, network }) : embedded.open(options),
    }
    const service = await startService({
      ...{ dataDirectory, apiPort: 0, kafkaPort: 0, cluster: { kind: 'none' }, properties: {} },
      ...{ region: this.region, acceptAnySignature: false, effects },
      ...{ engines: [engine], engine: undefined, hosting: undefined },
    })
    const { endpoint, local } = service.report()
    const scope = { region: this.region, service: 'kafka' }
    const at = { ...local, credentials: this.accessKey, scope }
    const clusterArn = await this.#createCluster(at, engine, given.running().length)
    return { endpoint, clusterArn, stop: () => service.stop() }
  }

  async #createCluster(endpoint: Endpoint, engine: Engine, brokers: number): Promise<string> {
    const { clock } = this.#effects
    const zones = [3, 2, 1].find((count) => brokers % count === 0) ?? 1
    const { clusterArn } = (await callApi(endpoint, clock, {
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
        encryptionInfo: { encryptionInTransit: { clientBroker: 'PLAINTEXT', inCluster: false } },
        clientAuthentication: { unauthenticated: { enabled: true } },
      },
    })) as { clusterArn: string }
    const path = `/v1/clusters/${encodeURIComponent(clusterArn)}`
    for (;;) {
      const { clusterInfo } = (await callApi(endpoint, clock, { method: 'GET', path })) as {
        clusterInfo: { state: string; stateInfo?: { message: string } }
      }
      if (clusterInfo.state === 'ACTIVE') return clusterArn
      if (clusterInfo.state === 'FAILED') throw new Error(clusterInfo.stateInfo?.message)
      await clock.sleep(pollMs)
    }
  }
}
