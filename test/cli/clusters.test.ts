import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureBuilt, Sandbox } from './sluice.ts'

let sandbox: Sandbox
beforeAll(ensureBuilt, 120_000)
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.close())

describe('sluice cluster', { timeout: 120_000 }, () => {
  it('makes, shows, waits for, reboots and deletes clusters of a running service', async () => {
    expect(await sandbox.start('--no-cluster')).toMatchObject({ exitCode: 0 })
    expect((await sandbox.run('cluster list')).stdout).toMatch(/^NAME +STATE +BROKERS .*ARN\n$/)

    const created = await sandbox.run('cluster create', 'orders', '--volume-size', '7', '-o', 'json')
    expect(created).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(created.stdout)).toMatchObject({ clusterName: 'orders', numberOfBrokerNodes: 3 })
    const ready = await sandbox.run('cluster wait', 'orders')
    expect(ready).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/STATE +ACTIVE/) })
    expect(ready.stdout).toMatch(/VOLUME GiB +7\n/)

    const listed = await sandbox.run('cluster list', '-o', 'ndjson')
    expect(listed.stdout.trim().split('\n')).toHaveLength(1)
    expect((await sandbox.run('cluster describe', 'orders', '-o', 'yaml')).stdout).toMatch(
      /^clusterName: orders$/m,
    )
    const brokers = (await sandbox.run('broker list', 'orders')).stdout.trim().split('\n')
    expect(brokers).toHaveLength(4)
    expect(brokers[1]).toMatch(/^1 +subnet-1 +m7g\.large +127\.0\.0\.1$/)

    expect(await sandbox.run('cluster reboot', 'orders', '2')).toMatchObject({ exitCode: 0 })
    expect(await sandbox.run('cluster wait', 'orders')).toMatchObject({ exitCode: 0 })

    const grown = await sandbox.run('cluster update', 'orders', '--target-broker-ebs-volume-info', '107')
    expect(grown).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/VOLUME GiB +107\n/) })
    expect(await sandbox.run('cluster update', 'orders')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/UpdateBrokerType: --target-instance-type/),
    })
    const stopped = await sandbox.run('broker stop', 'orders', '2')
    expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/STATE +HEALING/) })
    expect(stopped.stdout).toMatch(/Broker 2 is stopped on purpose/)
    const refused = await sandbox.run('cluster update', 'orders', '--enhanced-monitoring', 'PER_BROKER')
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/in HEALING state/) })
    const back = await sandbox.run('broker start', 'orders', '2')
    expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/STATE +ACTIVE/) })
    expect(await sandbox.run('broker stop', 'orders', '9')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/orders has no broker 9\.[\s\S]*Next: /),
    })

    expect(await sandbox.run('cluster delete', 'orders')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/STATE +DELETING/),
    })
    expect(await sandbox.run('cluster wait', 'orders', '--gone')).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('makes and shows serverless clusters beside others', async () => {
    expect(await sandbox.start('--no-cluster')).toMatchObject({ exitCode: 0 })
    expect(await sandbox.run('cluster create', 'orders', '--serverless')).toMatchObject({ exitCode: 0 })
    expect(await sandbox.run('cluster wait', 'orders')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/STATE +ACTIVE\n[\s\S]*TYPE +serverless\n/),
    })
    expect(await sandbox.run('broker list', 'orders')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/cannot be performed on serverless clusters/),
    })
  })

  it('says what failed, why, and what to do next', async () => {
    expect(await sandbox.run('cluster list')).toMatchObject({ exitCode: 3 })
    expect(await sandbox.start('--no-cluster')).toMatchObject({ exitCode: 0 })
    const unknown = await sandbox.run('cluster describe', 'gone')
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' })
    expect(unknown.stderr).toMatch(
      /There is no cluster gone\.[\s\S]*Why: .*CLUSTER_UNKNOWN[\s\S]*Next: .*cluster list/,
    )
    const refused = await sandbox.run('cluster create', 'orders', '--kafka-version', '0.8')
    expect(refused).toMatchObject({ exitCode: 1 })
    expect(refused.stderr).toMatch(/Why: .*Unsupported KafkaVersion \[0\.8\]/)
    expect(await sandbox.run('cluster create', 'orders', '--brokers', 'many')).toMatchObject({ exitCode: 2 })
  })
})

describe('sluice aws', { timeout: 120_000 }, () => {
  it('runs the AWS CLI on the service, with all that is said to it', async () => {
    expect(await sandbox.start('--no-cluster')).toMatchObject({ exitCode: 0 })
    sandbox.addCommand('aws', 'echo "$AWS_ENDPOINT_URL_KAFKA $AWS_REGION [$AWS_PROFILE] $*"; exit 7')
    const { stdout, exitCode } = await sandbox.run('aws', 'kafka', 'list-clusters', '--output', 'text', '-h')
    expect(stdout).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+ us-east-1 \[\] kafka list-clusters --output text -h\n$/,
    )
    expect(exitCode).toBe(7)
  })
})
