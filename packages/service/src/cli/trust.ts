import { X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { systemEffects } from '@sluice/effects'
import { Command, Option } from 'commander'
import { Authority } from '../fleet/authority/authority.ts'
import type { Issued } from '../fleet/authority/certificates.ts'
import { pkcs12Truststore } from '../fleet/authority/pkcs12-truststore.ts'
import { SubjectError } from '../fleet/authority/subject-error.ts'
import { installAuthority } from '../fleet/authority/system-store.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat, printAll, printOne } from './output.ts'

/* The local authority of a data directory, for people: what clients have to trust, and certificates for clients. */

interface TrustFlags {
  dataDir: string
  format: 'pem' | 'bundle' | 'jks' | 'pkcs12'
  out?: string
  install?: true
}

export function trustCommand(): Command {
  return new Command('trust')
    .description('print the certificate that clients of TLS listeners have to trust, or write it to a file')
    .addOption(
      new Option(
        '--format <format>',
        'pem, bundle (behind the authorities that everybody trusts), jks or pkcs12 (for Java; password changeit)',
      )
        .choices(['pem', 'bundle', 'jks', 'pkcs12'])
        .default('pem'),
    )
    .option('--out <file>', 'write it there')
    .option('--install', 'have this system trust it')
    .addOption(dataDirOption())
    .action(async ({ dataDir, format, out, install }: TrustFlags) => {
      const authority = authorityOf(dataDir)
      const certificate = authority.certificate()
      if (certificate === null) throw nothingIssued(dataDir)
      if (install) return haveItTrusted(authority)
      const { certificatePath: pem, bundlePath: bundle, javaTruststorePath: jks } = authority
      const bytes =
        format === 'pkcs12'
          ? pkcs12Truststore(new X509Certificate(certificate).raw)
          : readFileSync({ pem, bundle, jks }[format])
      if (out !== undefined) write(resolve(out), bytes)
      else if (format === 'jks' || format === 'pkcs12')
        throw new UsageError(`--format ${format} is no text: say where with --out.`)
      else process.stdout.write(bytes)
    })
}

async function haveItTrusted({ certificatePath, directory }: Authority): Promise<void> {
  const { disk, processes } = systemEffects()
  const system = { platform: process.platform, home: homedir(), disk, processes }
  const undo = await installAuthority(certificatePath, system)
  process.stderr.write(
    `\n  This system trusts ${certificatePath} now. Whoever reads the key in ${directory} can be any host to it.\n  Taken back by: ${undo}\n`,
  )
}

interface CertFlags {
  dataDir: string
  out: string
  output: OutputFormat
}

export function certCommand(): Command {
  return new Command('cert')
    .description('make a key and a certificate for a client, by which listeners with mutual TLS know it')
    .argument('<name>', 'the common name, or a whole subject: CN=alice,O=Acme')
    .option('--out <directory>', 'where the files are written', '.')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async (name: string, { dataDir, out, output }: CertFlags) => {
      const { subject, fileName } = clientNames(name)
      const authority = authorityOf(dataDir)
      const { key, certificate } = await issued(authority, subject)
      const path = (ending: string) => join(resolve(out), `${fileName}${ending}`)
      writeSecret(path('-key.pem'), key)
      write(path('-cert.pem'), certificate)
      // As Kafka's Java clients take it: ssl.keystore.type=PEM.
      writeSecret(path('-keystore.pem'), `${key}${certificate}${authority.certificate() ?? ''}`)
      const files = { key: path('-key.pem'), certificate: path('-cert.pem'), keystore: path('-keystore.pem') }
      const lines = Object.values(files).map((file) => `${file}\n`)
      await printOne({ principal: `User:${subject}`, ...files }, () => lines.join(''), output)
      process.stderr.write(`\n  Kafka knows this client as User:${subject}\n`)
    })
}

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('take back certificates of clients: listeners with mutual TLS refuse them from then on')
    .argument('<file...>', 'the certificates, as cert has written them')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async (files: string[], { dataDir, output }: Pick<CertFlags, 'dataDir' | 'output'>) => {
      const authority = authorityOf(dataDir)
      const all = files.map((file) => ({ file, certificate: certificateIn(file) }))
      const foreign = all.find(({ certificate }) => !authority.hasIssued(certificate))
      if (foreign)
        throw new UsageError(`${foreign.file} was not issued by the authority of ${resolve(dataDir)}.`)
      for (const { certificate } of all) await authority.revoke(certificate.toString())
      const revoked = all.map(({ file, certificate: { serialNumber } }) => ({ file, serialNumber }))
      await printAll(revoked, () => files.map((file) => `${file}\n`).join(''), output)
      process.stderr.write('\n  Brokers of the embedded engine refuse them within two minutes.\n')
    })
}

function certificateIn(file: string): X509Certificate {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}.`)
  }
  try {
    return new X509Certificate(bytes)
  } catch {
    throw new UsageError(`${file} holds no certificate.`)
  }
}

async function issued(authority: Authority, subject: string): Promise<Issued> {
  try {
    return await authority.issueForClient(subject)
  } catch (error) {
    throw error instanceof SubjectError ? new UsageError(`${error.message}.`) : error
  }
}

function clientNames(name: string): { subject: string; fileName: string } {
  const subject = name.includes('=') ? name : `CN=${name}`
  const commonName = /(?:^|,)CN=([^,]+)/.exec(subject)?.[1] ?? ''
  if (!/^[\w.@-]+$/.test(commonName))
    throw new UsageError(`"${name}" has no common name of letters, digits and any of . _ - @`)
  return { subject, fileName: commonName }
}

function authorityOf(dataDir: string): Authority {
  return new Authority(systemEffects(), resolve(dataDir))
}

function nothingIssued(dataDir: string): OperatingError {
  return new OperatingError('There is nothing to trust yet.', {
    code: 'NO_AUTHORITY',
    why: `No cluster of ${resolve(dataDir)} has had an encrypted listener, and nobody has asked its AWS endpoint for TLS.`,
    next: 'Start the service with such a cluster, run `sluice env --https`, or name another --data-dir.',
  })
}

function write(path: string, bytes: string | Uint8Array): void {
  writeWith(path, () => writeFileSync(path, bytes))
}

/** Into a file of its own: one that is there keeps the mode that it has, and others may have it open. */
function writeSecret(path: string, text: string): void {
  writeWith(path, () => {
    rmSync(path, { force: true })
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  })
}

function writeWith(path: string, act: () => void): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    act()
  } catch (error) {
    throw new OperatingError(`${path} cannot be written.`, {
      code: (error as NodeJS.ErrnoException).code ?? 'NOT_WRITTEN',
      why: (error as Error).message,
      next: 'Give --out a place that this user may write.',
    })
  }
}
