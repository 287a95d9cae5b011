import { createPrivateKey, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { type Clock, type Disk, systemAuthorities } from '@sluice/effects'
import { Mutex } from '../mutex.ts'
import { OperatingError } from '../operating-error.ts'
import type { Issued } from './certificates.ts'
import { javaTruststore } from './java-truststore.ts'

const dayMs = 86_400_000
const authorityDays = 3_650
/** As those of MSK's brokers, which are renewed every 13 months. */
const leafDays = 397
/** So long before its end a certificate is replaced. */
const renewedBeforeMs = 30 * dayMs

const keyMode = 0o600

/**
 * The authority that vouches for the brokers of all clusters of a data directory, and for clients: made once, at first
 * use. What it issues is in PEM files, the key before the certificate and this before the authority's, as Kafka's PEM
 * keystores have it (KIP-651).
 */
export class Authority {
  readonly #clock: Clock
  readonly #disk: Disk
  readonly #directory: string
  /** Two that are the first to need it make one. */
  readonly #making = new Mutex()

  constructor(effects: { clock: Clock; disk: Disk }, dataDirectory: string) {
    this.#clock = effects.clock
    this.#disk = effects.disk
    this.#directory = join(dataDirectory, 'authority')
  }

  /** Where its certificate is, for whoever shall trust it: there once something was issued. */
  get certificatePath(): string {
    return join(this.#directory, 'ca.pem')
  }

  /** The same behind the authorities that everybody trusts: for programs that can be told of one file alone. */
  get bundlePath(): string {
    return join(this.#directory, 'bundle.pem')
  }

  /** The same for Java, as a truststore without anything secret in it. */
  get javaTruststorePath(): string {
    return join(this.#directory, 'truststore.jks')
  }

  /** Its certificate, PEM; null where it has issued nothing yet. */
  certificate(): string | null {
    const { certificatePath: path } = this
    return this.#disk.existsSync(path) ? this.#disk.readFileSync(path).toString() : null
  }

  /**
   * Sees to it that the file at `path` has a key and a certificate for these hosts that will not end soon. Returns
   * whether it has issued another one.
   */
  async keepServerFile(
    path: string,
    wanted: { commonName: string; hosts: readonly string[] },
  ): Promise<boolean> {
    if (this.#serves(path, wanted.hosts)) return false
    const subject = `CN=${wanted.commonName}`
    const { key, certificate } = await this.#issue(subject, wanted.hosts)
    this.#disk.mkdirSync(join(path, '..'))
    this.#disk.writeFileAtomicSync(path, `${key}${certificate}${this.certificate() ?? ''}`, { mode: keyMode })
    return true
  }

  /** A key and a certificate for a client of this subject (RFC 2253). */
  issueForClient(subject: string): Promise<Issued> {
    return this.#issue(subject, [])
  }

  async #issue(subject: string, hosts: readonly string[]): Promise<Issued> {
    const { issueCertificate } = await import('./certificates.ts')
    const authority = await this.#making.run(() => this.#make())
    return issueCertificate(authority, { subject, hosts, days: leafDays, nowMs: this.#clock.now() })
  }

  async #make(): Promise<Issued> {
    const keyPath = join(this.#directory, 'ca-key.pem')
    const certificate = this.certificate()
    if (certificate !== null) return this.#checked(certificate, keyPath)
    const { makeAuthority } = await import('./certificates.ts')
    const made = await makeAuthority({
      subject: 'CN=Sluice local authority,O=Sluice',
      days: authorityDays,
      nowMs: this.#clock.now(),
    })
    this.#disk.mkdirSync(this.#directory)
    // The certificate last: where it is, all the rest is.
    this.#disk.writeFileAtomicSync(keyPath, made.key, { mode: keyMode })
    this.#disk.writeFileAtomicSync(this.bundlePath, `${systemAuthorities()}${made.certificate}`)
    const { raw } = new X509Certificate(made.certificate)
    this.#disk.writeFileAtomicSync(this.javaTruststorePath, javaTruststore(raw, this.#clock.now()))
    this.#disk.writeFileAtomicSync(this.certificatePath, made.certificate)
    return made
  }

  /** The authority that was made earlier. Throws an OperatingError where it cannot vouch for anybody any more. */
  #checked(certificate: string, keyPath: string): Issued {
    try {
      const key = this.#disk.readFileSync(keyPath).toString()
      if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) return { certificate, key }
    } catch (cause) {
      throw this.#unusable(keyPath, cause)
    }
    throw this.#unusable(keyPath)
  }

  #unusable(keyPath: string, cause?: unknown): OperatingError {
    const { certificatePath } = this
    return new OperatingError('The local authority cannot issue certificates.', {
      code: 'AUTHORITY_UNUSABLE',
      why: `Its certificate ${certificatePath} or its key ${keyPath} cannot be read, or the two do not belong together.`,
      next: `Bring the files back, or remove ${this.#directory}: another authority is made then, which clients have to trust anew.`,
      cause,
    })
  }

  #serves(path: string, hosts: readonly string[]): boolean {
    if (!this.#disk.existsSync(path)) return false
    try {
      const text = this.#disk.readFileSync(path).toString()
      const leaf = new X509Certificate(text)
      const authority = this.certificate()
      return (
        authority !== null &&
        leaf.verify(new X509Certificate(authority).publicKey) &&
        Date.parse(leaf.validTo) - this.#clock.now() > renewedBeforeMs &&
        hosts.every((host) => leaf.checkHost(host) !== undefined || leaf.checkIP(host) !== undefined)
      )
    } catch {
      // Whatever it is, it is no certificate of ours.
      return false
    }
  }
}
