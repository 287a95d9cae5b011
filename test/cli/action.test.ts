import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { root } from '../source-tree.ts'
import { connectTo, ensureBuilt } from './sluice.ts'

// The step of action.yml that starts the service, as a runner of GitHub would run it.

const launcher = join(root, 'packages/service/bin/sluice.mjs')
let directory: string
beforeAll(ensureBuilt, 120_000)
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'sluice-action-'))))
afterEach(() => {
  const data = join(directory, 'sluice')
  if (existsSync(data))
    spawnSync(process.execPath, [launcher, 'stop', '--data-dir', data], { timeout: 60_000 })
  rmSync(directory, { recursive: true, force: true })
})

it('starts the service for the steps that follow', { timeout: 120_000 }, async () => {
  const action = readFileSync(join(root, 'action.yml'), 'utf8')
  const script = action.slice(action.lastIndexOf('run: |\n') + 'run: |\n'.length).replaceAll(/^ {8}/gm, '')
  const variables = join(directory, 'variables')
  const { status, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    encoding: 'utf8',
    timeout: 100_000,
    env: {
      ...process.env,
      RUNNER_TEMP: directory,
      GITHUB_ENV: variables,
      SLUICE: launcher,
      PROPERTIES: 'num.partitions=5\nlog.retention.hours=1\n',
      CLUSTER: 'ours',
      DATA: '',
    },
  })
  expect(status, stderr).toBe(0)
  const lines = readFileSync(variables, 'utf8').trim().split('\n')
  // GitHub takes no other ones.
  expect(lines.filter((line) => !/^\w+=/.test(line))).toEqual([])
  const given = new Map(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]))
  const connection = await connectTo(given.get('BOOTSTRAP_SERVERS') ?? '')
  await connection.close()
  const shown = spawnSync(
    process.execPath,
    [launcher, 'status', '-o', 'json', '--data-dir', join(directory, 'sluice')],
    {
      encoding: 'utf8',
    },
  )
  expect(JSON.parse(shown.stdout).clusters).toMatchObject([
    { name: 'ours', brokerProperties: { 'num.partitions': '5', 'log.retention.hours': '1' } },
  ])
})
