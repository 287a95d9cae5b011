import { join } from 'node:path'
import { createTopic, produce } from '@sluice/client'
import { systemClock } from '@sluice/effects'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectTo, ensureBuilt, Sandbox } from './sluice.ts'

let sandbox: Sandbox
beforeAll(ensureBuilt, 120_000)
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.close())

describe('sluice fault', { timeout: 120_000 }, () => {
  it('lets requests fail in a service that was started for development', async () => {
    expect(await sandbox.start('--accept-any-signature')).toMatchObject({ exitCode: 0 })
    const [cluster] = (await sandbox.status()).clusters
    const connection = await connectTo(cluster?.bootstrapServers ?? '')
    await createTopic(connection, 'orders', { assignments: [[1]] })
    const send = () => produce(connection, 'orders', 0, [{ value: 'x' }])

    const added = await sandbox.run(
      'fault add',
      ...['Produce', '--topic', 'orders', '--error', 'NOT_ENOUGH_REPLICAS', '--times', '2'],
    )
    expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/FIRED  LEFT\n.* 0 +2\n$/) })
    await expect(send()).rejects.toThrow(/NOT_ENOUGH_REPLICAS/)
    expect((await sandbox.run('fault list')).stdout).toMatch(/Produce.*orders.* 1 +1\n$/)
    expect(await sandbox.run('fault clear')).toMatchObject({ exitCode: 0 })
    expect((await sandbox.run('fault list', '-o', 'json')).stdout).toBe('[]\n')
    await expect.poll(send).toMatchObject({ baseOffset: 0 })

    const wrong = await sandbox.run('fault add', 'Produces', '--drop')
    expect(wrong).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no API "Produces".*Name one as Kafka does: Produce,/),
    })
    expect(await sandbox.run('fault add', 'Produce')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/does one thing/),
    })
    expect(await sandbox.run('fault add', 'Produce', '--times', 'x')).toMatchObject({ exitCode: 2 })
    await connection.close()
  })

  it('reaches brokers that have a process each', async () => {
    expect(await sandbox.start('--accept-any-signature', '--hosting', 'process')).toMatchObject({
      exitCode: 0,
    })
    const [cluster] = (await sandbox.status()).clusters
    const connection = await connectTo(cluster?.bootstrapServers ?? '')
    await createTopic(connection, 'orders', { assignments: [[1]] })
    const send = () => produce(connection, 'orders', 0, [{ value: 'x' }])

    const flags = ['--topic', 'orders', '--error', 'NOT_ENOUGH_REPLICAS', '--times', '1']
    expect(await sandbox.run('fault add', 'Produce', ...flags)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/once\('Produce'.* 0 +1\n$/),
    })
    await expect(send()).rejects.toThrow(/NOT_ENOUGH_REPLICAS/)
    expect((await sandbox.run('fault list', '-o', 'json')).stdout).toBe('[]\n')
    await expect.poll(send).toMatchObject({ baseOffset: 0 })

    expect(await sandbox.run('tap')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/Nothing would ever be heard.*--hosting inline/),
    })
    await connection.close()
  })

  it('is not for any other', async () => {
    expect(await sandbox.start()).toMatchObject({ exitCode: 0 })
    expect(await sandbox.run('fault list')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/Next: Stop it \(.* stop .* up .*--accept-any-signature/),
    })
  })
})

describe('sluice tap', { timeout: 120_000 }, () => {
  it('shows what clients ask and are answered, and what such a file has', async () => {
    expect(await sandbox.start()).toMatchObject({ exitCode: 0 })
    const [cluster] = (await sandbox.status()).clusters
    const connection = await connectTo(cluster?.bootstrapServers ?? '')
    await createTopic(connection, 'orders', { assignments: [[1]] })
    const file = join(sandbox.dataDirectory, 'heard.ndjson')
    const heard: { isDone: boolean } = { isDone: false }
    const listening = sandbox.run('tap', '--api', 'Produce', '--topic', 'orders', '-n', '2', '--out', file)
    const ended = listening.finally(() => (heard.isDone = true))
    while (!heard.isDone) {
      await produce(connection, 'orders', 0, [{ value: 'x' }])
      await systemClock().sleep(50)
    }
    const line = /^[\d:.]{12} +\d+\.\d ms  broker 1  .*  Produce v\d+  orders  \d+ B → \d+ B$/
    const { exitCode, stdout } = await ended
    const lines = stdout.trimEnd().split('\n')
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: Array(2).fill(expect.stringMatching(line)) })
    expect((await sandbox.run('tap', '--in', file)).stdout).toBe(stdout)
    expect((await sandbox.run('tap', '--in', file, '--errors')).stdout).toBe('')
    expect(await sandbox.run('tap', '--api', 'Produces')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no API "Produces"/),
    })
    expect(await sandbox.run('tap', '--in', 'nowhere')).toMatchObject({ exitCode: 1 })
    await connection.close()
  })
})
