import { basename, dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { ensureBuilt, exitOf, outputWith, Sandbox } from './sluice.ts'

let sandbox: Sandbox
beforeAll(ensureBuilt, 120_000)
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.close())

it('sluice up starts the service once, and logs shows what it has written', {
  timeout: 120_000,
}, async () => {
  expect(await sandbox.run('logs')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/There is no log[\s\S]*NO_LOG[\s\S]*Next: .* up/),
  })
  const up = () => sandbox.run('up', '--api-port', '0', '--kafka-port', '0')
  const started = await up()
  expect(started).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/ready in[\s\S]*\n {2}Next:\n/),
  })
  expect(started.stdout).not.toContain('another terminal')
  const { pid } = await sandbox.status()
  expect(await up()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(String(pid)) })
  expect((await sandbox.status()).pid).toBe(pid)

  const { stdout, exitCode } = await sandbox.run('logs', '-n', '1')
  expect({ exitCode, lines: stdout.trimEnd().split('\n').length }).toEqual({ exitCode: 0, lines: 1 })
  const following = sandbox.spawn('logs', '-f', '-n', '100')
  await outputWith(following, ' INFO ready ')
  const goodbye = outputWith(following, ' INFO stopping')
  await sandbox.run('stop')
  await goodbye
  const ended = exitOf(following)
  following.kill('SIGINT')
  expect(await ended).toBe(0)
})

it('sluice logs names the terminal that has them, where the service is not in the background', {
  timeout: 120_000,
}, async () => {
  const service = sandbox.spawn('start', '--api-port', '0', '--kafka-port', '0')
  await outputWith(service, 'ready in')
  expect(await sandbox.run('logs')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/Next: Read it there, or stop the service \(.* stop/),
  })
  // From a directory below, the default one is another.
  const below = join(dirname(sandbox.dataDirectory), 'docs', basename(sandbox.dataDirectory))
  expect(await sandbox.run('status', '--data-dir', below)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining(`; one runs on ${sandbox.dataDirectory}.`),
  })
  const ended = exitOf(service)
  service.kill('SIGINT')
  expect(await ended).toBe(0)
})
