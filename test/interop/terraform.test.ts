import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, Sandbox } from '../cli/sluice.ts'

// Terraform itself, with its provider for AWS: SLUICE_TERRAFORM_PLUGINS names a directory that has it, else Terraform fetches it.
// Where it has neither, nothing is tested.

const folder = mkdtempSync(join(tmpdir(), 'sluice-terraform-'))

function hasProvider(): boolean {
  if (!process.env.SLUICE_INTEROP || spawnSync('terraform', ['version']).status !== 0) return false
  copyFileSync(new URL('./terraform/main.tf', import.meta.url), join(folder, 'main.tf'))
  const { SLUICE_TERRAFORM_PLUGINS: plugins, ...env } = process.env
  const flags = plugins ? [`-plugin-dir=${plugins}`] : []
  const options = { cwd: folder, env: { ...env, CHECKPOINT_DISABLE: '1' }, timeout: 300_000 }
  const isThere = spawnSync('terraform', ['init', '-no-color', ...flags], options).status === 0
  if (!isThere) console.warn('Terraform does not get its provider for AWS: it is not tested')
  return isThere
}

const isReady = hasProvider()
if (!isReady) rmSync(folder, { recursive: true, force: true })

describe.skipIf(!isReady)('Terraform', { timeout: 900_000 }, () => {
  const sandbox = new Sandbox()
  let environment: NodeJS.ProcessEnv

  function terraform(...words: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('terraform', words, {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
    })
    return { status, output: `${stdout}${stderr}` }
  }

  function apply(...flags: string[]): void {
    const applied = terraform('apply', '-auto-approve', '-no-color', ...flags)
    expect(applied.status, applied.output).toBe(0)
    // A second plan has nothing to change: what is described is what was asked for.
    const planned = terraform('plan', '-detailed-exitcode', '-no-color', ...flags)
    expect(planned.status, planned.output).toBe(0)
  }

  beforeAll(async () => {
    await ensureBuilt()
    const started = await sandbox.start('--no-cluster')
    expect(started.exitCode, started.stderr).toBe(0)
    const { endpoint, credentials } = JSON.parse((await sandbox.run('env', '-o', 'json')).stdout)
    environment = {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      CHECKPOINT_DISABLE: '1',
      TF_VAR_endpoint: endpoint,
    }
  }, 300_000)

  afterAll(async () => {
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('applies all that its provider knows of MSK, changes it, finds nothing else to change, and destroys it', () => {
    apply()
    const larger = ['brokers=6', 'type=kafka.m5.xlarge', 'volume=200', 'monitoring=PER_BROKER', 'vpc=true']
    const flagsOf = (values: readonly string[]) => values.flatMap((value) => ['-var', value])
    apply(...flagsOf(larger))
    const later = [
      ...['kafka_version=3.9.x.kraft', 'properties=num.partitions=2', 'iam=true', 'policy=kafka:*'],
      ...['users=["bob","carol"]', 'groups=["a.*"]', 'tags={cost="1"}'],
    ]
    const all = flagsOf([...larger, ...later])
    apply(...all)
    const destroyed = terraform('destroy', '-auto-approve', '-no-color', ...all)
    expect(destroyed.status, destroyed.output).toBe(0)
  })
})
