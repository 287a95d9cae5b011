import { join } from 'node:path'
import type { Clock, Disk } from '@sluice/effects'
import type { Authority } from './fleet/authority/authority.ts'
import { hostNames } from './fleet/engines/listeners.ts'
import { ownHostNames, type Reach } from './fleet/reach.ts'

/** One that ends soon is looked for this often, as those of brokers are. */
const checkMs = 3_600_000

/**
 * What the AWS endpoint shows to who asks for TLS: a certificate by the authority that vouches for brokers, in
 * `authority/endpoint.pem`, issued at first need, and anew before it ends or when the service gets another name.
 */
export class EndpointCertificate {
  readonly #authority: Authority
  readonly #effects: { clock: Clock; disk: Disk }
  readonly #hosts: string[]
  #kept: { pem: string; checkedAtMs: number } | null = null
  /** Those who come while it is looked for wait for the same one. */
  #looking: Promise<string> | null = null

  constructor(authority: Authority, effects: { clock: Clock; disk: Disk }, reach: Reach) {
    this.#authority = authority
    this.#effects = effects
    this.#hosts = [...hostNames([reach]), ...ownHostNames(reach)]
  }

  /** Its key, its certificate and the authority's, PEM. Throws an OperatingError where the authority can issue nothing. */
  async pem(): Promise<string> {
    const { clock } = this.#effects
    if (this.#kept && clock.now() - this.#kept.checkedAtMs < checkMs) return this.#kept.pem
    this.#looking ??= this.#look().finally(() => (this.#looking = null))
    return this.#looking
  }

  async #look(): Promise<string> {
    const { clock, disk } = this.#effects
    const path = join(this.#authority.directory, 'endpoint.pem')
    await this.#authority.keepFile(path, { subject: 'CN=aws-endpoint', hosts: this.#hosts })
    const pem = disk.readFileSync(path).toString()
    this.#kept = { pem, checkedAtMs: clock.now() }
    return pem
  }
}
