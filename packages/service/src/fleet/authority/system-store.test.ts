import { MemoryDisk, MemoryProcesses, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Authority } from './authority.ts'
import { installAuthority } from './system-store.ts'

const debian = '/usr/local/share/ca-certificates'
const fedora = '/etc/pki/ca-trust/source/anchors'
const clock = new TestClock(1_800_000_000_000)
let disk: MemoryDisk
let authority: Authority
let processes: MemoryProcesses
let commands: string[]

beforeEach(async () => {
  disk = new MemoryDisk()
  processes = new MemoryProcesses()
  commands = []
  processes.onRun = (command, args) => {
    commands.push([command, ...args].join(' '))
    return { code: 0, signal: null, output: '' }
  }
  authority = new Authority({ clock, disk }, '/data')
  await authority.issueForClient('CN=alice')
})

const install = (platform: NodeJS.Platform = 'linux') =>
  installAuthority(authority.certificatePath, { platform, home: '/home/alice', disk, processes })

describe('a Linux', () => {
  it.each([
    [debian, 'update-ca-certificates'],
    [fedora, 'update-ca-trust extract'],
  ])('is told by %s', async (directory, update) => {
    disk.mkdirSync(directory)
    const written = vi.spyOn(disk, 'writeFileAtomicSync')
    const undo = await install()
    const [name = ''] = disk.readdirSync(directory).map((one) => one.name)
    expect(name).toMatch(/^sluice-[0-9a-f]{12}\.crt$/)
    expect(disk.readFileSync(`${directory}/${name}`).toString()).toBe(authority.certificate())
    // Programs of other users look there, too.
    expect(written.mock.lastCall?.[2]).toEqual({ mode: 0o644 })
    expect(commands).toEqual([update])
    expect(undo).toBe(`rm ${directory}/${name} && ${update}`)
  })

  it('is told once of the same authority, and of another one beside it', async () => {
    disk.mkdirSync(debian)
    await install()
    await install()
    expect(disk.readdirSync(debian)).toHaveLength(1)
    authority = new Authority({ clock, disk }, '/other-data')
    await authority.issueForClient('CN=alice')
    await install()
    expect(disk.readdirSync(debian)).toHaveLength(2)
  })

  it('without any of the directories is left to people', async () => {
    await expect(install()).rejects.toMatchObject({
      why: expect.stringContaining(debian),
      next: 'Add /data/authority/ca.pem in the way of this system.',
    })
  })

  it('that does not let its user is told by root, in words to paste', async () => {
    disk.mkdirSync(debian)
    const readOnly = {
      existsSync: (path: string) => disk.existsSync(path),
      readFileSync: (path: string) => disk.readFileSync(path),
      writeFileAtomicSync: () => {
        throw Object.assign(new Error('permission denied'), { code: 'EACCES' })
      },
    }
    const installing = installAuthority(authority.certificatePath, {
      platform: 'linux',
      home: '/home/alice',
      disk: readOnly,
      processes,
    })
    await expect(installing).rejects.toMatchObject({
      code: 'EACCES',
      next: expect.stringMatching(
        /^As root it can: sudo cp \/data\/authority\/ca.pem \S+\.crt && sudo update-ca-certificates$/,
      ),
    })
    expect(commands).toEqual([])
  })

  it('whose command fails says so', async () => {
    disk.mkdirSync(debian)
    processes.onRun = () => ({ code: 3, signal: null, output: 'no room\n' })
    await expect(install()).rejects.toMatchObject({ why: 'update-ca-certificates ended with 3: no room' })
    processes.onRun = () => {
      throw Object.assign(new Error('spawn'), { code: 'ENOENT' })
    }
    await expect(install()).rejects.toMatchObject({ why: 'update-ca-certificates cannot be started.' })
  })
})

it.each([
  [
    'darwin',
    /^security add-trusted-cert -r trustRoot -k \/home\/alice\/\S+ \/data\/authority\/ca.pem$/,
    /^security delete/,
  ],
  [
    'win32',
    /^certutil -user -addstore Root \/data\/authority\/ca.pem$/,
    /^certutil -user -delstore Root \w{40}$/,
  ],
] as const)('%s has a command for it', async (platform, command, undo) => {
  expect(await install(platform)).toMatch(undo)
  expect(commands).toEqual([expect.stringMatching(command)])
})
