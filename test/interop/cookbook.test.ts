import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { commandsOf, writeFilesOf } from '../package/cookbook.ts'
import { type Folder, Project, Tarball } from '../package/installed.ts'

// Pages of docs/cookbook, and docs/kinesis.md, whose libraries come from a registry, for these tests alone. What this machine
// has no runtime or no registry for is left out, and said.

const npmFlags = ['--omit=optional', '--no-audit', '--no-fund']

describe.skipIf(!process.env.SLUICE_INTEROP)('the cookbook', { timeout: 240_000 }, () => {
  const tarballs = new Tarball()
  let tarball: string
  let project: Project

  beforeAll(async () => {
    tarball = await tarballs.make()
  }, 120_000)
  beforeEach(() => void (project = new Project(tarball)))
  afterEach(() => project.close())
  afterAll(() => tarballs.remove())

  /** The files of a page in a folder of the project. */
  function folderOf(page: string): Folder {
    const folder = project.folder(page)
    writeFilesOf(page, folder)
    return folder
  }

  function works(folder: Folder, command: string, args: readonly string[]): void {
    const { status, stdout, stderr } = folder.run(command, args)
    expect(status, stdout + stderr).toBe(0)
  }

  /** What the page needs of this machine. */
  function needs(
    context: TestContext,
    folder: Pick<Folder, 'run'>,
    commands: readonly (readonly string[])[],
  ): void {
    for (const [command = '', ...args] of commands) {
      const { status, error, stdout, stderr } = folder.run(command, args)
      if (status === 0) continue
      const why = error?.message ?? `${stdout}${stderr}`.trim().slice(-2000)
      console.log(`Left out, for ${command} ${args.join(' ')} does not go here: ${why}`)
      context.skip(`${command} ${args[0]} does not go here`)
    }
  }

  it.each([
    ['jest.md', ['jest@30'], ['../node_modules/jest/bin/jest.js']],
    [
      'nestjs.md',
      [
        '@nestjs/common@11',
        '@nestjs/core@11',
        '@nestjs/microservices@11',
        'reflect-metadata@0.2',
        'rxjs@7',
        'kafkajs@2',
      ],
      ['orders.mjs'],
    ],
  ])('works as %s has it', (page, libraries, args) => {
    const installed = project.run('npm', ['install', ...libraries, '--ignore-scripts', ...npmFlags])
    expect(installed.status, installed.stderr).toBe(0)
    works(folderOf(page), process.execPath, args)
  })

  it('works as confluent.md has it', (context) => {
    needs(context, project, [['npm', 'install', '@confluentinc/kafka-javascript@1', ...npmFlags]])
    works(folderOf('confluent.md'), process.execPath, ['orders.mjs'])
  })

  it('works as python.md has it', (context) => {
    const python = join(project.directory, 'venv/bin/python')
    needs(context, project, [
      ['python3', '-m', 'venv', 'venv'],
      [python, '-m', 'pip', 'install', '-q', 'confluent-kafka', 'pytest'],
    ])
    const inVenv = `PATH="$PWD/../venv/bin:$PATH"\n${commandsOf('python.md')}`
    works(folderOf('python.md'), 'bash', ['-euc', inVenv])
  })

  it('has a queue and a channel, as kinesis.md has them', (context) => {
    const python = join(project.directory, 'venv/bin/python')
    needs(context, project, [
      ['python3', '-m', 'venv', 'venv'],
      [python, '-m', 'pip', 'install', '-q', 'boto3>=1.44.5'],
    ])
    const folder = project.folder('kinesis')
    writeFilesOf('../kinesis.md', folder)
    const sluice = (words: string) => folder.run('npx', ['sluice', ...words.split(' ')])
    const start = () => {
      const { status, stderr } = sluice('start --detach --api-port 0 --kafka-port 0')
      expect(status, stderr).toBe(0)
    }
    const inEnvironment = (script: string) =>
      folder.run('bash', ['-euc', `eval "$(npx sluice env)"\n"${python}" ${script}`])
    start()
    try {
      const jobs = inEnvironment('jobs.py')
      expect(jobs.stdout, jobs.stderr).toBe('paint the door\n1 acknowledged, 0 not\n')
      const visits = inEnvironment('visits.py')
      expect(visits.status, visits.stderr).toBe(0)
      // What has come is delivered at the next start, before five minutes are over.
      expect(sluice('stop').status).toBe(0)
      start()
      const delivered = 'until cat .sluice/s3/lake/visits/*/*; do sleep 0.2; done 2>/dev/null'
      expect(folder.run('timeout', ['60', 'bash', '-c', delivered]).stdout).toBe('{"page":"/"}\n')
    } finally {
      sluice('stop')
    }
  })

  it('works as java.md has it', (context) => {
    const folder = folderOf('java.md')
    needs(context, folder, [['mvn', '-q', '-B', 'dependency:resolve']])
    works(folder, 'bash', ['-euc', commandsOf('java.md')])
  })
})
