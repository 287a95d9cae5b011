import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, startCluster } from '@sluice/engine'
import {
  type Clock,
  type Logger,
  silentLogger,
  systemClock,
  systemDisk,
  systemNetwork,
  systemRandom,
  systemUrls,
  type TlsCredentials,
} from '@sluice/effects'
import { Authority, ClusterAccess, iamMechanisms, Identities } from 'sluice'
import { accessKey, alicePassword, iamRegion } from './logins.ts'

const host = '127.0.0.1'

/** A broker with encrypted listeners over real sockets, and the authority that vouches for it and for its clients. */
export class SecureEngine {
  readonly directory = mkdtempSync(join(tmpdir(), 'sluice-security-'))
  readonly authority = new Authority({ clock: systemClock(), disk: systemDisk() }, this.directory)
  readonly #clock = new HurriedClock()
  readonly #cluster: { running: Cluster | null } = { running: null }
  /** Bugs that have stopped its broker. */
  readonly failures: Error[] = []

  static async start(
    properties: Readonly<Record<string, string>> = {},
    logger: Logger = silentLogger,
    /** Without them the engine's own OAUTHBEARER is served. */
    mechanisms: 'of IAM too' | 'its own' = 'of IAM too',
  ): Promise<SecureEngine> {
    const engine = new SecureEngine()
    await engine.renewCertificate('broker')
    const { keystorePath, authority } = engine
    engine.#cluster.running = await startCluster({
      directory: join(engine.directory, 'data'),
      controller: { nodeId: 1000, host, port: 0 },
      brokers: [
        {
          nodeId: 1,
          rack: null,
          listeners: listeners(),
          mechanisms: mechanisms === 'its own' ? {} : { ANY: engine.#mechanisms() },
        },
      ],
      properties: {
        'auto.create.topics.enable': 'true',
        'group.initial.rebalance.delay.ms': '0',
        'offsets.topic.num.partitions': '2',
        'offsets.topic.replication.factor': '1',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': keystorePath,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': authority.certificatePath,
        'listener.name.mutual.ssl.client.auth': 'required',
        'listener.name.either.ssl.client.auth': 'requested',
        'listener.name.scram.sasl.enabled.mechanisms': 'SCRAM-SHA-512,SCRAM-SHA-256',
        'listener.name.plain.sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.plain.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="se\\"cret" user_bob=b;',
        'listener.name.any.sasl.enabled.mechanisms':
          'SCRAM-SHA-512,SCRAM-SHA-256,PLAIN,AWS_MSK_IAM,OAUTHBEARER',
        'listener.name.any.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="${alicePassword}";`,
        'connection.failed.authentication.delay.ms': '0',
        ...properties,
      },
      onBrokerFailure: (_, failure) => engine.failures.push(failure),
      effects: {
        clock: engine.#clock,
        disk: systemDisk(),
        network: systemNetwork(),
        random: systemRandom(),
        urls: systemUrls(),
        logger,
      },
    })
    return engine
  }

  #mechanisms() {
    const account = '000000000000'
    const owner = { partition: 'aws', region: iamRegion, account, ownerKey: accessKey }
    const identities = new Identities({ ...owner, keys: [], table: '{}' })
    const clusterArn = `arn:aws:kafka:${iamRegion}:${account}:cluster/secure/u-1`
    const access = new ClusterAccess(identities, clusterArn, () => null)
    const effects = { clock: this.#clock, random: systemRandom(), logger: silentLogger }
    return iamMechanisms(access, [{ host }], effects)
  }

  get keystorePath(): string {
    return join(this.directory, 'tls', 'keystore.pem')
  }

  get ca(): string {
    return this.authority.certificate() ?? ''
  }

  /** Another certificate for the broker, in the file that it reads. */
  async renewCertificate(commonName: string): Promise<void> {
    rmSync(this.keystorePath, { force: true })
    await this.authority.keepFile(this.keystorePath, {
      subject: `CN=${commonName}`,
      hosts: [host, 'localhost'],
    })
  }

  /** What waits for a minute is done now. */
  aMinutePasses(): void {
    this.#clock.aMinutePasses()
  }

  async clientCredentials(subject: string, authority = this.authority): Promise<TlsCredentials> {
    const { key, certificate } = await authority.issueForClient(subject)
    return { key, certificates: certificate, authorities: this.ca }
  }

  port(name: string): number {
    const listener = this.#cluster.running?.brokers[0]?.listeners.find((one) => one.name === name)
    return listener?.port ?? 0
  }

  async stop(): Promise<void> {
    await this.#cluster.running?.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** The system's clock, but for timers of a minute: they wait to be told that it is over. */
class HurriedClock implements Clock {
  readonly #system = systemClock()
  readonly #waiting = new Set<() => void>()
  readonly now = () => this.#system.now()
  readonly monotonic = () => this.#system.monotonic()
  readonly defer: Clock['defer'] = (fn) => this.#system.defer(fn)
  readonly share: Clock['share'] = (slice) => this.#system.share(slice)
  readonly firstTryEndMs = () => this.#system.firstTryEndMs()
  readonly sleep = (delayMs: number) => this.#system.sleep(delayMs)

  schedule(delayMs: number, fn: () => void) {
    if (delayMs !== 60_000) return this.#system.schedule(delayMs, fn)
    this.#waiting.add(fn)
    return { cancel: () => void this.#waiting.delete(fn) }
  }

  aMinutePasses(): void {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const fn of all) fn()
  }
}

function listeners() {
  const listener = (name: string, protocol: 'PLAINTEXT' | 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT') =>
    ({ name, protocol, host, port: 0 }) as const
  return [
    listener('SECURE', 'SSL'),
    listener('MUTUAL', 'SSL'),
    listener('EITHER', 'SSL'),
    listener('SCRAM', 'SASL_SSL'),
    listener('PLAIN', 'SASL_PLAINTEXT'),
    listener('ANY', 'SASL_PLAINTEXT'),
    listener('INNER', 'PLAINTEXT'),
  ]
}
