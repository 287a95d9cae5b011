import { join } from 'node:path'
import type { Clock, Disk, TlsCredentials } from '@sluice/effects'
import { authorityDays, Issuer } from './issuer.ts'

/**
 * The authority of one cluster's nodes. Nobody else has a certificate of it, and the listeners between nodes believe no
 * other: whoever gets in is a node of this very cluster, or the service that runs it. All have one name, as MSK's brokers
 * do, so that what is allowed to it need not change when brokers join; which node it is stands in the name of the file.
 *
 * These certificates last as long as their authority: Apache Kafka's controllers take up no other while they run.
 */
export class NodeAuthority {
  readonly #issuer: Issuer
  readonly #directory: string
  readonly #disk: Disk
  readonly #subject: string

  constructor(effects: { clock: Clock; disk: Disk }, clusterDirectory: string, clusterUuid: string) {
    this.#disk = effects.disk
    this.#directory = join(clusterDirectory, 'authority')
    this.#subject = nodeSubject(clusterUuid)
    this.#issuer = new Issuer({
      effects,
      directory: this.#directory,
      name: 'The authority of the cluster’s nodes',
      subject: `CN=authority of the nodes,${this.#subject}`,
      leafDays: authorityDays,
    })
  }

  /** Of its certificates (RFC 2253). */
  get subject(): string {
    return this.#subject
  }

  /** Whom Kafka sees in whoever has a certificate of it. */
  get principal(): string {
    return `User:${this.#subject}`
  }

  get certificatePath(): string {
    return this.#issuer.certificatePath
  }

  keepNodeFile(path: string, hosts: readonly string[]): Promise<boolean> {
    return this.#issuer.keepFile(path, { subject: this.#subject, hosts })
  }

  /** What the service shows to nodes, and what those show that live in its own process. */
  get servicePath(): string {
    return join(this.#directory, 'service.pem')
  }

  /** Read anew, for it may have been renewed. */
  credentials(): TlsCredentials {
    const own = this.#disk.readFileSync(this.servicePath).toString()
    return { key: own, certificates: own, authorities: this.#issuer.certificate() ?? '' }
  }
}

/** Whom the certificates of a cluster's nodes name (RFC 2253). */
export function nodeSubject(clusterUuid: string): string {
  return `CN=nodes.${clusterUuid},O=Sluice`
}
