import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureBuilt, Sandbox } from './sluice.ts'

let sandbox: Sandbox
beforeAll(ensureBuilt, 120_000)
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.close())

describe('what the command line knows by itself', { timeout: 120_000 }, () => {
  it('explains codes, and completes what it has', async () => {
    const explained = await sandbox.ask('explain', '6')
    expect(explained.stdout).toMatch(/^NAME +NOT_LEADER_OR_FOLLOWER \(6\)\n[\s\S]*^NEXT +\w/m)
    expect(await sandbox.ask('explain', 'NOTHING')).toMatchObject({ exitCode: 1 })
    const script = (await sandbox.ask('completion', 'bash')).stdout
    for (const words of ["' doctor'", "'cluster update'", '--target-instance-type', "'cluster list|-o'"])
      expect(script).toContain(words)
    expect(await sandbox.ask('completion', 'tcsh')).toMatchObject({ exitCode: 2 })
  })

  it('looks at the machine, the data directory and the service', async () => {
    const before = await sandbox.run('doctor')
    expect(before.stdout).toMatch(/✓ node[\s\S]*✓ data directory [\s\S]*0 bad/)
    expect(await sandbox.start()).toMatchObject({ exitCode: 0 })
    const running = await sandbox.run('doctor', '-o', 'json')
    expect(running).toMatchObject({ exitCode: 0 })
    const checks = JSON.parse(running.stdout) as { subject: string; status: string; what: string }[]
    expect(checks.find(({ subject }) => subject === 'cluster demo')).toMatchObject({
      status: 'ok',
      what: expect.stringMatching(/^ACTIVE, 3 brokers, \d+ listeners answer$/),
    })
    expect(await sandbox.run('broker stop', 'demo', '3')).toMatchObject({ exitCode: 0 })
    const held = await sandbox.run('doctor')
    expect(held.exitCode).toBe(1)
    expect(held.stdout).toMatch(/✗ cluster demo +It is HEALING\.\n +Why: +Broker 3 is stopped on purpose/)
  })
})
