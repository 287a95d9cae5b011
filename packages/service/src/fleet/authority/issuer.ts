import { createPrivateKey, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { Clock, Disk } from '@sluice/effects'
import { Mutex } from '../mutex.ts'
import { OperatingError } from '../operating-error.ts'
import { isAddress } from './address.ts'
import type { Issued } from './certificates.ts'
import { readRevocationList, revocationList, revokedEntry } from './revocation-list.ts'

const dayMs = 86_400_000
/** So long before its end a certificate is replaced. */
const renewedBeforeMs = 30 * dayMs

const keyMode = 0o600
const certificatePattern = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g

export const authorityDays = 3_650

interface IssuerOptions {
  effects: { clock: Clock; disk: Disk }
  /** Its own: `ca.pem`, `ca-key.pem`, and what else has its certificate in it. */
  directory: string
  /** In messages. */
  name: string
  /** RFC 2253. */
  subject: string
  /** How long what it issues lasts. */
  leafDays: number
  /** Writes what shall be there as soon as the certificate is. */
  beside?: (certificate: string) => void
  /** A certificate at this path was another authority's, and is its own now. */
  onReplaced?: (path: string) => void
}

export interface WantedFile {
  /** RFC 2253. */
  subject: string
  /** Names and addresses of a server; none for a client. */
  hosts: readonly string[]
}

/**
 * An authority in a directory: made at first use, and from then on the same. What it issues is in PEM files, the key
 * before the certificate and this before the authority's, as Kafka's PEM keystores have it (KIP-651).
 */
export class Issuer {
  readonly #options: IssuerOptions
  /** Two that are the first to need it make one, and two that revoke do not forget each other. */
  readonly #mutex = new Mutex()

  constructor(options: IssuerOptions) {
    this.#options = options
  }

  /** Where its certificate is, for whoever shall trust it: there once something was issued. */
  get certificatePath(): string {
    return join(this.#options.directory, 'ca.pem')
  }

  /** Its certificate, PEM; null where it has issued nothing yet. */
  certificate(): string | null {
    return this.#disk.existsSync(this.certificatePath) ? this.#read(this.certificatePath) : null
  }

  /**
   * Sees to it that the file at `path` has a key and a certificate of this kind that will not end soon. Returns whether
   * it has issued another one.
   */
  async keepFile(path: string, wanted: WantedFile): Promise<boolean> {
    if (this.#serves(path, wanted)) return false
    const before = this.#certificateAt(path)
    const { key, certificate } = await this.issue(wanted)
    this.#disk.mkdirSync(join(path, '..'))
    const text = `${key}${certificate}${this.certificate() ?? ''}`
    this.#disk.writeFileAtomicSync(path, text, { mode: keyMode })
    if (before && !this.hasIssued(before)) this.#options.onReplaced?.(path)
    return true
  }

  /** Is there a certificate of this kind at `path`, and not at its end? */
  #serves(path: string, { hosts }: WantedFile): boolean {
    const leaf = this.#certificateAt(path)
    if (!leaf || !this.hasIssued(leaf)) return false
    return (
      Date.parse(leaf.validTo) - this.#options.effects.clock.now() > renewedBeforeMs &&
      hosts.every((host) => (isAddress(host) ? leaf.checkIP(host) : leaf.checkHost(host)) !== undefined)
    )
  }

  /** A certificate of its own, PEM, is worth nothing from now on where its list is looked at. */
  revoke(certificate: string): Promise<void> {
    return this.#mutex.run(async () => {
      const { effects, directory } = this.#options
      const nowMs = effects.clock.now()
      const path = join(directory, 'crl.pem')
      const before = this.#disk.existsSync(path) ? await readRevocationList(this.#read(path)) : null
      const entry = revokedEntry(certificate, nowMs)
      if (before?.findRevoked(entry.serialNumber)) return
      const lifetime = { fromMs: nowMs, untilMs: nowMs + authorityDays * dayMs }
      const list = await revocationList(await this.#make(), [...(before?.entries ?? []), entry], lifetime)
      this.#disk.writeFileAtomicSync(path, list)
    })
  }

  async issue({ subject, hosts }: WantedFile): Promise<Issued> {
    const { issueCertificate } = await import('./certificates.ts')
    const { leafDays, effects } = this.#options
    const authority = await this.#mutex.run(() => this.#make())
    return issueCertificate(authority, { subject, hosts, days: leafDays, nowMs: effects.clock.now() })
  }

  async #make(): Promise<Issued> {
    const { directory, subject, beside, effects } = this.#options
    const keyPath = join(directory, 'ca-key.pem')
    const certificate = this.certificate() ?? this.#foundBeside(keyPath)
    if (certificate !== null) return this.#checked(certificate, keyPath)
    const { makeAuthority } = await import('./certificates.ts')
    const made = await makeAuthority({ subject, days: authorityDays, nowMs: effects.clock.now() })
    this.#disk.mkdirSync(directory)
    // The certificate last: where it is, all the rest is.
    this.#disk.writeFileAtomicSync(keyPath, made.key, { mode: keyMode })
    beside?.(made.certificate)
    this.#disk.writeFileAtomicSync(this.certificatePath, made.certificate)
    return made
  }

  /** A certificate that somebody has removed, while the key is there, is at the end of other files of the directory. */
  #foundBeside(keyPath: string): string | null {
    if (!this.#disk.existsSync(keyPath)) return null
    const { directory } = this.#options
    for (const { name } of this.#disk.readdirSync(directory)) {
      if (!name.endsWith('.pem')) continue
      const certificate = this.#read(join(directory, name)).match(certificatePattern)?.at(-1)
      if (certificate === undefined || !this.#belongs(certificate, keyPath)) continue
      this.#disk.writeFileAtomicSync(this.certificatePath, certificate)
      return certificate
    }
    return null
  }

  /** The authority that was made earlier. Throws an OperatingError where it cannot vouch for anybody any more. */
  #checked(certificate: string, keyPath: string): Issued {
    try {
      if (this.#belongs(certificate, keyPath)) return { certificate, key: this.#read(keyPath) }
    } catch (cause) {
      throw this.#unusable(keyPath, cause)
    }
    throw this.#unusable(keyPath)
  }

  #belongs(certificate: string, keyPath: string): boolean {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(this.#read(keyPath)))
  }

  #unusable(keyPath: string, cause?: unknown): OperatingError {
    const { name, directory } = this.#options
    return new OperatingError(`${name} cannot issue certificates.`, {
      code: 'AUTHORITY_UNUSABLE',
      why: `Its certificate ${this.certificatePath} or its key ${keyPath} cannot be read, or the two do not belong together.`,
      next: `Bring the files back, or remove ${directory}: another authority is made then, which has to be trusted anew.`,
      cause,
    })
  }

  /** By its key: another authority may have its name. */
  hasIssued(leaf: X509Certificate): boolean {
    const authority = this.#certificateAt(this.certificatePath)
    return authority !== null && leaf.verify(authority.publicKey)
  }

  /** The first of the file; null for what is no certificate. */
  #certificateAt(path: string): X509Certificate | null {
    if (!this.#disk.existsSync(path)) return null
    try {
      return new X509Certificate(this.#read(path))
    } catch {
      return null
    }
  }

  #read(path: string): string {
    return this.#disk.readFileSync(path).toString()
  }

  get #disk(): Disk {
    return this.#options.effects.disk
  }
}
