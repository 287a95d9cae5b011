import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { ChildProcesses, Disk } from '@sluice/effects'
import { codeOf, OperatingError } from '../operating-error.ts'

/** The authority's own file is its owner's alone. */
const everybodyReads = 0o644

type Command = readonly [string, ...string[]]

/** Where a Linux keeps authorities that whoever runs it has added, and what takes them up. */
const directories: readonly { readonly path: string; readonly update: Command }[] = [
  { path: '/usr/local/share/ca-certificates', update: ['update-ca-certificates'] },
  { path: '/etc/pki/ca-trust/source/anchors', update: ['update-ca-trust', 'extract'] },
  { path: '/etc/pki/trust/anchors', update: ['update-ca-certificates'] },
  { path: '/etc/ca-certificates/trust-source/anchors', update: ['trust', 'extract-compat'] },
]

interface System {
  readonly platform: NodeJS.Platform
  /** Of whoever asks. */
  readonly home: string
  readonly disk: Pick<Disk, 'existsSync' | 'readFileSync' | 'writeFileAtomicSync'>
  readonly processes: Pick<ChildProcesses, 'run'>
}

/**
 * Has the system trust the authority whose certificate is at `path`, for all programs that ask the system. Returns how that is
 * taken back, as a command. Throws an OperatingError that says what a person can do where it may not, or knows no way.
 */
export async function installAuthority(path: string, system: System): Promise<string> {
  const { platform, home, disk, processes } = system
  const id = new X509Certificate(disk.readFileSync(path)).fingerprint.replaceAll(':', '').toLowerCase()
  if (platform === 'darwin') {
    const keychain = join(home, 'Library/Keychains/login.keychain-db')
    await run(processes, ['security', 'add-trusted-cert', '-r', 'trustRoot', '-k', keychain, path])
    return `security delete-certificate -Z ${id.toUpperCase()} ${keychain}`
  }
  if (platform === 'win32') {
    await run(processes, ['certutil', '-user', '-addstore', 'Root', path])
    return `certutil -user -delstore Root ${id}`
  }
  const directory = directories.find((one) => disk.existsSync(one.path))
  if (!directory) throw unknownSystem(path)
  const file = `${directory.path}/sluice-${id.slice(0, 12)}.crt`
  try {
    disk.writeFileAtomicSync(file, disk.readFileSync(path), { mode: everybodyReads })
  } catch (error) {
    const copy = `sudo cp ${path} ${file} && sudo ${directory.update.join(' ')}`
    throw notInstalled(codeOf(error), `${file} cannot be written.`, `As root it can: ${copy}`)
  }
  await run(processes, directory.update)
  return `rm ${file} && ${directory.update.join(' ')}`
}

async function run(processes: System['processes'], [command, ...args]: Command): Promise<void> {
  const text = [command, ...args].join(' ')
  const { code, output } = await processes.run(command, args).catch((error: unknown) => {
    throw notInstalled(codeOf(error), `${command} cannot be started.`, `Run it yourself: ${text}`)
  })
  if (code !== 0)
    throw notInstalled(
      undefined,
      `${text} ended with ${code}: ${output.trim()}`,
      'Run it yourself to see more.',
    )
}

function unknownSystem(path: string): OperatingError {
  const places = directories.map((one) => one.path).join(', ')
  return notInstalled(undefined, `Of ${places} none is there.`, `Add ${path} in the way of this system.`)
}

function notInstalled(code: string | undefined, why: string, next: string): OperatingError {
  return new OperatingError('The system was not told to trust the authority.', {
    code: code ?? 'NOT_INSTALLED',
    why,
    next,
  })
}
