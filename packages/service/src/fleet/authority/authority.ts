import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { type Clock, type Disk, type Logger, systemAuthorities } from '@sluice/effects'
import type { Issued } from './certificates.ts'
import { Issuer, type WantedFile } from './issuer.ts'
import { javaTruststore } from './java-truststore.ts'

/** As those of MSK's brokers, which are renewed every 13 months. */
const leafDays = 397

/** The authority that vouches for the brokers of all clusters of a data directory, and for clients. */
export class Authority {
  readonly directory: string
  readonly #issuer: Issuer
  #isAnother = false

  constructor(effects: { clock: Clock; disk: Disk; logger?: Logger }, dataDirectory: string) {
    const { clock, disk, logger } = effects
    this.directory = join(dataDirectory, 'authority')
    this.#issuer = new Issuer({
      effects,
      directory: this.directory,
      name: 'The local authority',
      subject: 'CN=Sluice local authority,O=Sluice',
      leafDays,
      beside: (certificate) => {
        disk.writeFileAtomicSync(this.bundlePath, `${systemAuthorities()}${certificate}`)
        const { raw } = new X509Certificate(certificate)
        disk.writeFileAtomicSync(this.javaTruststorePath, javaTruststore(raw, clock.now()))
      },
      onReplaced: (file) => {
        if (!this.#isAnother) logger?.warn(anotherAuthority, { authority: this.certificatePath, file })
        this.#isAnother = true
      },
    })
  }

  /** What people have to know of it, as a sentence. */
  get note(): string | null {
    return this.#isAnother ? anotherAuthority : null
  }

  get certificatePath(): string {
    return this.#issuer.certificatePath
  }

  /** The same behind the authorities that everybody trusts: for programs that can be told of one file alone. */
  get bundlePath(): string {
    return join(this.directory, 'bundle.pem')
  }

  /** The same for Java, as a truststore without anything secret in it. */
  get javaTruststorePath(): string {
    return join(this.directory, 'truststore.jks')
  }

  /** Its certificate, PEM; null where it has issued nothing yet. */
  certificate(): string | null {
    return this.#issuer.certificate()
  }

  /** See Issuer. */
  keepFile(path: string, wanted: WantedFile): Promise<boolean> {
    return this.#issuer.keepFile(path, wanted)
  }

  /** A key and a certificate for a client of this subject (RFC 2253). */
  issueForClient(subject: string): Promise<Issued> {
    return this.#issuer.issue({ subject, hosts: [] })
  }

  hasIssued(certificate: X509Certificate): boolean {
    return this.#issuer.hasIssued(certificate)
  }

  /** See Issuer. */
  revoke(certificate: string): Promise<void> {
    return this.#issuer.revoke(certificate)
  }
}

const anotherAuthority =
  'The local authority was gone, and another one was made: clients of encrypted listeners have to trust it anew (sluice trust), and certificates that the one before has issued for clients are worth nothing.'
