import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { Clock, Disk } from '@sluice/effects'
import { readRevocationList } from './revocation-list.ts'

const certificatePattern = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g
const revocationsPattern = /-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----/g

/** Whom a cluster believes of its clients: the text of its truststore, and what is wrong with it, a sentence each. */
export interface ClientTrust {
  /** PEM: certificates and, behind them, revocation lists. */
  readonly text: string
  readonly problems: readonly string[]
}

/**
 * The private authorities that clusters name by the ARNs of ACM PCA. Each is a directory of the data directory,
 * `certificate-authorities/<last part of the ARN>/`, with `ca.pem` (its certificate, and those of authorities below it
 * that issue for clients) and, where it has revoked some, `crl.pem`. They are their owner's: they are read, never written.
 */
export class PrivateAuthorities {
  readonly #clock: Clock
  readonly #disk: Disk
  readonly #directory: string
  readonly #localDirectory: string
  /** By their paths, with the text of then: a list of thousands takes a second to read, and is asked for all the time. */
  readonly #lists = new Map<string, { text: string; lists: readonly List[] }>()

  constructor(effects: { clock: Clock; disk: Disk }, dataDirectory: string, localDirectory: string) {
    this.#clock = effects.clock
    this.#disk = effects.disk
    this.#directory = join(dataDirectory, 'certificate-authorities')
    this.#localDirectory = localDirectory
  }

  /** Why these cannot vouch for anybody, as a sentence that says what to do; null where all can. */
  refusalOf(arns: readonly string[]): string | null {
    for (const arn of arns) {
      const id = idOf(arn)
      if (id === null) return `${arn} is not the ARN of a private certificate authority.`
      const found = this.#authority(arn, id)
      if ('problem' in found) return found.problem
    }
    return null
  }

  /** Of clients whose certificates these have issued or, where there are none, the local authority has. */
  async trust(
    arns: readonly string[],
    { heedsRevocations }: { heedsRevocations: boolean },
  ): Promise<ClientTrust> {
    const found =
      arns.length === 0
        ? [this.#authorityIn('The local authority', this.#localDirectory)]
        : arns.map((arn) => this.#authority(arn, idOf(arn) ?? ''))
    const present = found.filter((one): one is Found => !('problem' in one))
    const known = await Promise.all(present.map((one) => this.#withLists(one)))
    const lists = known.flatMap(({ revocations }) => revocations)
    const problems = [
      ...found.flatMap((one) =>
        'problem' in one ? [`${one.problem} Until then nobody is let in by it.`] : [],
      ),
      ...(heedsRevocations
        ? known.flatMap((one) => this.#problemsOf(one, lists.length > 0))
        : notHeeded(known)),
    ]
    const all = [
      ...known.flatMap(({ certificates }) => certificates),
      ...(heedsRevocations ? lists.map(({ pem }) => pem) : []),
    ]
    return { text: all.map((pem) => `${pem}\n`).join(''), problems }
  }

  #authority(arn: string, id: string): Found | { problem: string } {
    return this.#authorityIn(arn, join(this.#directory, id))
  }

  #authorityIn(name: string, directory: string): Found | { problem: string } {
    const path = join(directory, 'ca.pem')
    const text = this.#disk.existsSync(path) ? this.#read(path) : null
    if (text === null)
      return {
        problem: `The certificate authority ${name} is not known here: put its certificate (PEM) into ${path}.`,
      }
    const certificates = text.match(certificatePattern) ?? []
    if (certificates.length === 0 || !certificates.every(isCertificate))
      return {
        problem: `${path} of the certificate authority ${name} holds no certificate (PEM): put it there.`,
      }
    return { name, listPath: join(directory, 'crl.pem'), certificates }
  }

  async #withLists(found: Found): Promise<Known> {
    const hasList = this.#disk.existsSync(found.listPath)
    return { ...found, hasList, revocations: hasList ? await this.#listsIn(found.listPath) : [] }
  }

  async #listsIn(path: string): Promise<readonly List[]> {
    const text = this.#read(path)
    const before = this.#lists.get(path)
    if (before?.text === text) return before.lists
    const lists = await listsIn(text)
    this.#lists.set(path, { text, lists })
    return lists
  }

  /** OpenSSL lets nobody in by an authority whose list is over, or that has none where another one has. */
  #problemsOf({ name, listPath, revocations, hasList }: Known, anyHasList: boolean): string[] {
    if (hasList && revocations.length === 0)
      return [`${listPath} of ${name} holds no revocation list (PEM), so nothing is known to be revoked.`]
    if (!hasList && anyHasList)
      return [
        `Clients of ${name} are not let in, for another authority has a revocation list and it has none: put one into ${listPath}.`,
      ]
    return revocations.some(({ untilMs }) => untilMs <= this.#clock.now())
      ? [
          `The revocation list ${listPath} has expired, so that nobody is let in by ${name}: put a newer one there.`,
        ]
      : []
  }

  #read(path: string): string {
    return this.#disk.readFileSync(path).toString()
  }
}

interface Found {
  readonly name: string
  readonly listPath: string
  readonly certificates: readonly string[]
}

interface Known extends Found {
  readonly hasList: boolean
  /** Those that can be read. */
  readonly revocations: readonly List[]
}

interface List {
  readonly pem: string
  /** When the next one should be there. */
  readonly untilMs: number
}

function notHeeded(known: readonly Known[]): string[] {
  return known
    .filter(({ hasList }) => hasList)
    .map(({ listPath }) => `${listPath} is not heeded: the brokers of Apache Kafka read no revocation lists.`)
}

/** `arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/<id>`; null for another kind. */
function idOf(arn: string): string | null {
  return /^arn:[\w-]+:acm-pca:[\w-]+:\d+:certificate-authority\/([\w-]+)$/.exec(arn)?.[1] ?? null
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

async function listsIn(text: string): Promise<List[]> {
  const lists: List[] = []
  for (const pem of text.match(revocationsPattern) ?? []) {
    const list = await readRevocationList(pem)
    if (list) lists.push({ pem, untilMs: list.nextUpdate?.getTime() ?? Number.POSITIVE_INFINITY })
  }
  return lists
}
