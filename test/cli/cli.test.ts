import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemProcesses } from '@sluice/effects'
import { createTopic, describeTopics, fetchRecords, produce } from '@sluice/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  Checkout,
  connectTo,
  ensureBuilt,
  exitOf,
  outputWith,
  runScript,
  Sandbox,
  type Status,
} from './sluice.ts'

beforeAll(ensureBuilt)

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(() => sandbox.close())

async function writeRecord(bootstrap: string, topic: string, value: string): Promise<void> {
  const connection = await connectTo(bootstrap)
  await produce(connection, topic, 0, [{ key: 'k', value }])
  await connection.close()
}

async function readValues(bootstrap: string, topic: string): Promise<string[]> {
  const connection = await connectTo(bootstrap)
  const records = await fetchRecords(connection, topic, 0, 0)
  await connection.close()
  return records.map((record) => String(record.value))
}

async function makeTopic(bootstrap: string, name: string): Promise<void> {
  const connection = await connectTo(bootstrap)
  // The broker that tests connect to leads it.
  await createTopic(connection, name, { assignments: [[1, 2, 3]] })
  await connection.close()
}

describe('cluster handover', () => {
  const out = () => join(sandbox.dataDirectory, 'handover')

  it('waits for the service to stop, and then writes what Apache Kafka needs', async () => {
    await sandbox.start()
    const early = await sandbox.run('cluster handover', 'demo', '--out', out())
    expect(early).toMatchObject({ exitCode: 1, stdout: '' })
    expect(early.stderr).toMatch(/runs \(pid \d+\).*STILL_RUNNING[\s\S]*stop/)
    await sandbox.run('stop')
    const { exitCode, stdout, stderr } = await sandbox.run('cluster handover', 'demo', '--out', out())
    expect(exitCode).toBe(0)
    expect(stderr).toContain('kafka-server-start.sh')
    const [controller, ...brokers] = stdout.trim().split('\n')
    expect(brokers).toHaveLength(3)
    const text = readFileSync(controller as string, 'utf8')
    const voters = /^controller\.quorum\.voters=10001@(\S+)$/m.exec(text)?.[1]
    expect(text).toContain(`listeners=CONTROLLER_SECURE://${voters}\n`)
    const broker = readFileSync(brokers[0] as string, 'utf8')
    expect(broker).toContain('broker.rack=use1-az1\n')
    // Apache Kafka has no such listener.
    expect(broker).not.toContain('IAM')
    expect(stderr).toContain('Without its listener for IAM')
  })

  it('names the clusters that there are', async () => {
    await sandbox.start('--cluster', 'orders')
    await sandbox.run('stop')
    const { exitCode, stderr } = await sandbox.run('cluster handover', 'demo', '--out', out())
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/There are: orders\..*CLUSTER_UNKNOWN/)
  })

  it('makes no data directory where there is none, and says why a record or a place to write is no use', async () => {
    const absent = join(sandbox.dataDirectory, 'absent')
    const nowhere = await sandbox.run('cluster handover', 'demo', '--data-dir', absent, '--out', out())
    expect(nowhere).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no such directory') })
    expect(existsSync(absent)).toBe(false)

    await sandbox.start()
    await sandbox.run('stop')
    const file = join(sandbox.dataDirectory, 'file')
    writeFileSync(file, '')
    const blocked = await sandbox.run('cluster handover', 'demo', '--out', file)
    expect(blocked).toMatchObject({ exitCode: 1, stdout: '' })
    expect(blocked.stderr).toMatch(/cannot be written[\s\S]*ENOTDIR[\s\S]*--out/)

    const clusters = join(sandbox.dataDirectory, 'clusters')
    const record = join(clusters, readdirSync(clusters)[0] as string, 'cluster.json')
    writeFileSync(record, readFileSync(record, 'utf8').slice(0, -20))
    const broken = await sandbox.run('cluster handover', 'demo', '--out', out())
    expect(broken).toMatchObject({ exitCode: 1, stdout: '' })
    expect(broken.stderr).toContain(`${record} cannot be read`)
  })
})

describe('start --detach', () => {
  it('returns 0 when everything is ready, and status, env and stop know the service', async () => {
    const started = await sandbox.start()
    expect(started).toMatchObject({ exitCode: 0, stderr: '' })
    expect(started.stdout).toContain('ready in')
    // It goes into no terminal: whoever reads it later is not signed in by it.
    expect(started.stdout).toMatch(
      /Console +http:\/\/127\.0\.0\.1:\d+\/_sluice\/console\/ +npx sluice console .*signs in/,
    )

    const status = await sandbox.status()
    expect(status).toMatchObject({ running: true, dataDirectory: sandbox.dataDirectory })
    const [demo] = status.clusters
    expect(demo).toMatchObject({
      name: 'demo',
      state: 'ACTIVE',
      brokers: [{ id: 1, pid: status.pid }, { id: 2 }, { id: 3 }],
    })
    expect(demo?.brokers[0]?.dataDirectory).toContain(sandbox.dataDirectory)
    const all = demo?.brokers.flatMap(({ listeners }) => listeners)
    const servers = (name: string) =>
      all?.flatMap((one) => (one.name === name ? [`${one.host}:${one.port}`] : [])).join()
    expect(demo?.bootstrapServers).toBe(servers('CLIENT'))
    expect(demo?.listeners).toEqual({
      CLIENT: servers('CLIENT'),
      CLIENT_SECURE: servers('CLIENT_SECURE'),
      CLIENT_SASL_SCRAM: servers('CLIENT_SASL_SCRAM'),
      CLIENT_IAM: servers('CLIENT_IAM'),
    })

    const environment = JSON.parse((await sandbox.run('env', '-o', 'json')).stdout)
    expect(environment).toMatchObject({
      AWS_ENDPOINT_URL_KAFKA: status.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      BOOTSTRAP_SERVERS: demo?.bootstrapServers,
      BOOTSTRAP_SERVERS_IAM: servers('CLIENT_IAM'),
      clusters: [{ name: 'demo', arn: demo?.arn }],
    })
    expect(environment).toMatchObject({
      BOOTSTRAP_SERVERS_SCRAM: servers('CLIENT_SASL_SCRAM'),
      SCRAM_USERNAME: 'demo',
      SCRAM_PASSWORD: expect.stringMatching(/^.{24}$/),
    })
    expect(started.stdout).toMatch(/SCRAM user +demo/)
    expect(started.stdout).not.toContain(environment.SCRAM_PASSWORD)
    const lines = (await sandbox.run('env')).stdout.trimEnd().split('\n')
    expect(lines).toContain(`export SCRAM_PASSWORD='${environment.SCRAM_PASSWORD}'`)
    expect(lines).toContain(`export BOOTSTRAP_SERVERS='${demo?.bootstrapServers}'`)
    const dotenv = (await sandbox.run('env', '-o', 'env', '--cluster', 'demo')).stdout
    expect(dotenv).toContain(`AWS_ACCESS_KEY_ID=${environment.AWS_ACCESS_KEY_ID}\n`)
    expect((await sandbox.run('status', '-o', 'env')).stdout).toBe(dotenv)
    const config = sandbox.useConfigFile()
    const profile = await sandbox.run('env', '--profile', 'sluice')
    expect(profile.stdout).toContain("export AWS_PROFILE='sluice'\n")
    expect(profile.stdout).not.toContain('export AWS_ACCESS_KEY_ID')
    expect(readFileSync(config, 'utf8')).toContain(`aws_access_key_id = ${environment.AWS_ACCESS_KEY_ID}\n`)

    expect((await sandbox.run('stop')).exitCode).toBe(0)
    expect(await sandbox.run('status')).toMatchObject({ exitCode: 3, stdout: '' })
  })

  it('has no broker property among the arguments of the service, which everybody on the machine sees', async () => {
    const properties = ['num.partitions=7', 'delegation.token.secret.key=secret']
    expect(await sandbox.start('--set', ...properties, '--log-level', 'info')).toMatchObject({ exitCode: 0 })
    const { pid, clusters } = await sandbox.status()
    const shown =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    expect(shown).toContain('--log-level info')
    expect(shown).not.toMatch(/--set|num\.partitions|secret/)
    const record = join(
      sandbox.dataDirectory,
      'clusters',
      clusters[0]?.arn.split('/').at(-1) ?? '',
      'cluster.json',
    )
    expect(JSON.parse(readFileSync(record, 'utf8')).spec.brokerProperties).toMatchObject({
      'num.partitions': '7',
      'delegation.token.secret.key': 'secret',
    })
  })

  it('restores clusters, topics, records and addresses without flags', async () => {
    await sandbox.start()
    const before = await sandbox.status()
    const bootstrap = before.clusters[0]?.bootstrapServers ?? ''
    await makeTopic(bootstrap, 'orders')
    await writeRecord(bootstrap, 'orders', 'one')
    await sandbox.run('stop')
    expect((await sandbox.run('start', '--detach')).exitCode).toBe(0)
    const after = await sandbox.status()
    expect(after.endpoint).toBe(before.endpoint)
    expect(after.clusters).toMatchObject([{ arn: before.clusters[0]?.arn, bootstrapServers: bootstrap }])
    expect(await readValues(bootstrap, 'orders')).toEqual(['one'])
  })

  it('takes over after a kill -9 and has every record that was acknowledged', async () => {
    await sandbox.start()
    const before = await sandbox.status()
    const bootstrap = before.clusters[0]?.bootstrapServers ?? ''
    await makeTopic(bootstrap, 'orders')
    for (const value of ['one', 'two', 'three']) await writeRecord(bootstrap, 'orders', value)
    process.kill(before.pid, 'SIGKILL')
    await expect.poll(async () => (await sandbox.run('status')).exitCode).toBe(3)
    // The engine is for clusters that are made from now on: the one that is there keeps its own, and that is said.
    const kept = 'demo keeps its engine, embedded'
    expect(await sandbox.run('start', '--detach', '--engine', 'apache-kafka')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(kept),
    })
    expect((await sandbox.run('status')).stdout).toContain(kept)
    expect(await readValues(bootstrap, 'orders')).toEqual(['one', 'two', 'three'])
  })

  it('finds brokers with processes of their own where a killed service has left them', async () => {
    expect(await sandbox.start('--hosting', 'process')).toMatchObject({ exitCode: 0 })
    const before = await sandbox.status()
    const [demo] = before.clusters
    const bootstrap = demo?.bootstrapServers ?? ''
    const pids = demo?.brokers.map(({ pid }) => pid) ?? []
    expect(new Set([before.pid, ...pids]).size).toBe(4)
    await makeTopic(bootstrap, 'orders')
    process.kill(before.pid, 'SIGKILL')
    await expect.poll(async () => (await sandbox.run('status')).exitCode).toBe(3)
    expect((await sandbox.run('status')).stderr).toMatch(
      /4 nodes of one that was killed still run:[^]*broker-3 of demo/,
    )
    await writeRecord(bootstrap, 'orders', 'one')
    expect((await sandbox.run('start', '--detach')).exitCode).toBe(0)
    const [after] = (await sandbox.status()).clusters
    expect(after).toMatchObject({ state: 'ACTIVE', bootstrapServers: bootstrap })
    expect(after?.brokers.map(({ pid }) => pid)).toEqual(pids)
    expect(await readValues(bootstrap, 'orders')).toEqual(['one'])
    expect((await sandbox.run('stop')).exitCode).toBe(0)
    expect(pids.filter((pid) => systemProcesses().isRunning(pid))).toEqual([])
  })

  it('gives broker properties by --set, and refuses unknown ones', async () => {
    const refused = await sandbox.start('--cluster', 'orders', '--set', 'num.partitons=4')
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toMatch(/--set .*num\.partitons/)
    expect(await sandbox.start('--cluster', 'orders', '--set', 'num.partitions=4')).toMatchObject({
      exitCode: 0,
    })
    const [orders] = (await sandbox.status()).clusters
    const connection = await connectTo(orders?.bootstrapServers ?? '')
    await createTopic(connection, 'by-default')
    const { topics } = await describeTopics(connection, ['by-default'])
    expect(topics[0]?.partitions).toHaveLength(4)
    await connection.close()
  })

  it('makes no cluster with --no-cluster', async () => {
    await sandbox.start('--no-cluster')
    expect((await sandbox.status()).clusters).toEqual([])
    expect((await sandbox.run('env')).stdout).not.toContain('BOOTSTRAP_SERVERS=')
  })

  it('runs beside another service on another data directory', async () => {
    const other = new Sandbox()
    try {
      const both = await Promise.all([sandbox.start(), other.start()])
      expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
      expect((await sandbox.status()).endpoint).not.toBe((await other.status()).endpoint)
    } finally {
      await other.close()
    }
  })
})

describe('start where a service runs', () => {
  it('shows it with exit code 0, and says what is otherwise where something else is asked for', async () => {
    await sandbox.start()
    const { pid } = await sandbox.status()
    for (const flags of [[], ['--detach'], ['--cluster', 'demo']]) {
      const { exitCode, stdout } = await sandbox.run('start', ...flags)
      expect(exitCode).toBe(0)
      expect(stdout).toContain(`pid ${pid}`)
      expect(stdout).toMatch(/Stop it +npx sluice stop --data-dir /)
    }
    const other = await sandbox.start('--cluster', 'orders')
    expect(other.exitCode).toBe(1)
    expect(other.stderr).toContain(`pid ${pid}`)
    expect(other.stderr).toContain('It has no cluster orders.')
    expect((await sandbox.status()).pid).toBe(pid)
  })

  it('that is starting still says so, as status does, and stop ends it', async () => {
    // A Maven that never comes to an end.
    sandbox.addCommand('java', `echo 'openjdk version "17.0.1"' >&2`)
    sandbox.addCommand('mvn', 'exec sleep 600')
    const first = sandbox.run(
      'start',
      '--detach',
      '--engine',
      'apache-kafka',
      '--api-port',
      '0',
      '--kafka-port',
      '0',
    )
    await expect.poll(async () => (await sandbox.status()).starting, { timeout: 20_000 }).toBe(true)
    const status = await sandbox.run('status')
    expect(status).toMatchObject({ exitCode: 3, stdout: '' })
    expect(status.stderr).toMatch(/is starting \(pid \d+\)/)
    expect(await sandbox.run('start')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/is starting/),
    })
    expect((await sandbox.run('stop')).exitCode).toBe(0)
    expect(await first).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/was stopped before/) })
    expect(await sandbox.run('status', '-o', 'json')).toMatchObject({
      exitCode: 3,
      stdout: expect.stringMatching(/"running": false\n}/),
    })
  })
})

describe('after the kill of a service whose nodes are processes of their own', () => {
  it('status names those that run, and stop stops them', async () => {
    const node = sandbox.leaveNode('broker-1')
    const status = await sandbox.run('status')
    expect(status.exitCode).toBe(3)
    expect(status.stderr).toContain(`broker-1 of demo, pid ${node.pid}`)
    const ended = exitOf(node)
    const stopped = await sandbox.run('stop')
    expect(stopped).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`broker-1 of demo (pid ${node.pid})`),
    })
    await ended
    expect((await sandbox.run('stop')).exitCode).toBe(3)
  })
})

describe('a reader that goes early', () => {
  it('is no failure, neither of a help nor of a start', async () => {
    for (const [verb = '', ...flags] of [
      ['--help'],
      ['start', '--detach', '--api-port', '0', '--kafka-port', '0'],
    ]) {
      const child = sandbox.spawn(verb, ...flags)
      child.stdout?.destroy()
      let stderr = ''
      child.stderr?.on('data', (chunk) => (stderr += chunk))
      expect([await exitOf(child), stderr]).toEqual([0, ''])
    }
    expect((await sandbox.run('status')).exitCode).toBe(0)
  })
})

describe('start in the foreground', () => {
  it('prints one screen with the next commands and ends cleanly on Ctrl-C', async () => {
    const child = sandbox.spawn('start', '--api-port', '0', '--kafka-port', '0')
    const screen = await outputWith(child, 'npx sluice status')
    expect(screen).toMatch(/AWS endpoint +http:\/\/127\.0\.0\.1:\d+/)
    expect(screen).toMatch(/Bootstrap +127\.0\.0\.1:\d+/)
    for (const tool of ['aws kafka', 'kcat -b', 'kafkajs']) expect(screen).toContain(tool)
    expect(screen.split('\n').length).toBeLessThan(25)
    const exit = exitOf(child)
    // npm hands the key press on to a child that has got it from the terminal already: twice means once.
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect(await exit).toBe(0)
    expect((await sandbox.run('status')).exitCode).toBe(3)
  })
})

describe('what stands in the way is said on one screen', () => {
  it('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const api = await sandbox.run('start', '--detach', '--api-port', String(port), '--kafka-port', '0')
    const kafka = await sandbox.run('start', '--detach', '--api-port', '0', '--kafka-port', String(port))
    server.close()
    for (const { exitCode, stderr } of [api, kafka]) {
      expect(exitCode).toBe(1)
      expect(stderr).toContain(`Port ${port} cannot be used.`)
      expect(stderr).toContain('EADDRINUSE')
      expect(stderr).toContain('Next:')
    }
  })

  it('a configuration file with a mistake', async () => {
    writeFileSync(join(sandbox.dataDirectory, 'config.json'), '{ "apiPort": "many" }')
    const { exitCode, stderr } = await sandbox.start()
    expect(exitCode).toBe(1)
    expect(stderr).toContain('config.json is not a valid configuration')
    expect(stderr).toContain('"apiPort" takes a port')
  })

  it.runIf(process.platform === 'linux')('a data directory that cannot be written', async () => {
    for (const place of ['/sys/sluice', '/proc/sluice', join(process.execPath, 'below')]) {
      const { exitCode, stderr } = await sandbox.run('start', '--detach', '--data-dir', place)
      expect(exitCode).toBe(1)
      expect(stderr).toContain('--data-dir')
      expect(stderr).not.toContain('    at ')
    }
  })
})

describe('wrong usage', () => {
  it.each<[string, ...string[]]>([
    ['start', '--api-port', 'x'],
    ['start', '--api-port', '65536'],
    ['start', '--set', 'num.partitions'],
    ['start', '--unknown'],
    ['start', '--cluster', 'bad_name!'],
    ['start', '--cluster', 'x', '--no-cluster'],
    ['start', '--no-cluster', '--set', 'num.partitions=4'],
    ['start', '--region', 'mars'],
    ['status', '--data-dir', ''],
    ['status', '-o', 'xml'],
    ['restart'],
  ])('exits with 2 (%#: %s)', async (verb, ...flags) => {
    const { exitCode, stderr } = await sandbox.run(verb, ...flags)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(flags[0] ?? verb)
  })

  it('of a cluster that is not there names those that are', async () => {
    await sandbox.start()
    const { exitCode, stderr } = await sandbox.run('env', '--cluster', 'payments')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('demo')
  })
})

describe('where nothing runs', () => {
  it.each(['status', 'env', 'stop'])('%s exits with 3 and says what to do', async (verb) => {
    const { exitCode, stderr } = await sandbox.run(verb)
    expect(exitCode).toBe(3)
    expect(stderr).toContain('sluice start')
  })

  it('status answers programs too', async () => {
    const { exitCode, stdout } = await sandbox.run('status', '-o', 'json')
    expect(exitCode).toBe(3)
    expect(JSON.parse(stdout)).toEqual({ running: false })
    expect((await sandbox.run('status', '-o', 'yaml')).stdout).toBe('running: false\n')
  })
})

describe('the scripts of the checkout', () => {
  it.each(['bench', 'demo'])('%s tells what it takes', async (name) => {
    const { exitCode, stdout } = await runScript(name, '--help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('--rounds N')
  })

  it('install once, and speak of a lock file that has changed only when it has', async () => {
    const checkout = new Checkout()
    try {
      expect(await checkout.install()).toBe('Installing packages …\n')
      expect(await checkout.install()).toBe('')
      checkout.changeLockFile()
      expect(await checkout.install()).toBe('Installing packages (the lock file has changed) …\n')
    } finally {
      checkout.close()
    }
  })
})

describe('what is lost', () => {
  it('is no secret: a damaged cluster waits, with exit code 4, until its loss is accepted', async () => {
    await sandbox.start()
    const before = await sandbox.status()
    await sandbox.run('stop')
    rmSync(join(clusterDirectory(before), 'controller'), { recursive: true })
    const held = await sandbox.run('start', '--detach')
    expect(held.exitCode).toBe(4)
    expect(held.stdout).toMatch(/Cluster +demo +FAILED/)
    expect(held.stdout).toMatch(/! demo: .*--accept-metadata-loss demo/)
    expect((await sandbox.status()).clusters[0]?.stateInfo).toContain('--accept-metadata-loss demo')
    await sandbox.run('stop')
    expect((await sandbox.run('start', '--detach', '--accept-metadata-loss', 'other')).exitCode).toBe(2)
    const accepted = await sandbox.run('start', '--detach', '--accept-metadata-loss', 'demo')
    expect(accepted.exitCode).toBe(0)
    expect(accepted.stdout).toMatch(/! demo: .*__cluster_metadata-0/)
    expect((await sandbox.run('status')).stdout).toMatch(/! demo: .*__cluster_metadata-0/)
  })

  it('ends a service whose data directory is gone, within seconds and with a failure', async () => {
    const service = sandbox.spawn('start', '--api-port', '0', '--kafka-port', '0')
    await outputWith(service, 'Next')
    const ended = exitOf(service)
    let stderr = ''
    service.stderr?.on('data', (chunk) => (stderr += chunk))
    rmSync(sandbox.dataDirectory, { recursive: true })
    expect(await ended).toBe(1)
    expect(stderr).toContain('is not this service’s any more')
  })
})

function clusterDirectory({ clusters }: Status): string {
  return join(clusters[0]?.brokers[0]?.dataDirectory ?? '', '../..')
}
