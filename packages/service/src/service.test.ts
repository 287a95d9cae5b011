import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deferred, silentLogger, systemEffects } from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callApi, type Endpoint } from './aws/api-client.ts'
import { loadAccessKey } from './credentials.ts'
import { FakeEngine } from './fleet/engines/testing/fake-engine.ts'
import { type Service, startService } from './service.ts'
import type { ServiceOptions } from './service-options.ts'
import { UsageError } from './usage-error.ts'
import { healthPath, type StatusReport, statusPath } from './status-report.ts'

const effects = { ...systemEffects(), logger: silentLogger }

let dataDirectory: string
let engine: FakeEngine
const running: Service[] = []
const blockers: Server[] = []

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-service-'))
  engine = new FakeEngine(effects)
})
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop()
  for (const blocker of blockers.splice(0)) blocker.close()
  rmSync(dataDirectory, { recursive: true, force: true })
})

async function start(options: Partial<ServiceOptions> = {}): Promise<Service> {
  const service = await startService({
    dataDirectory,
    apiPort: 0,
    kafkaPort: 0,
    cluster: { kind: 'default' },
    properties: {},
    region: undefined,
    acceptAnySignature: false,
    effects,
    engines: [engine],
    engine: undefined,
    hosting: undefined,
    // The engine of these tests listens and speaks no Kafka.
    probe: async () => {},
    ...options,
  })
  running.push(service)
  return service
}

async function stop(service: Service): Promise<void> {
  running.splice(running.indexOf(service), 1)
  await service.stop()
}

/** Takes a port, as a stranger would. */
function takePort(): Promise<number> {
  return new Promise((resolve) => {
    const blocker = createServer().listen(0, '127.0.0.1', () => {
      blockers.push(blocker)
      resolve((blocker.address() as { port: number }).port)
    })
  })
}

async function freePort(): Promise<number> {
  const port = await takePort()
  await new Promise((resolve) => blockers.pop()?.close(resolve))
  return port
}

function endpointOf({ endpoint, region }: StatusReport): Endpoint {
  const credentials = loadAccessKey(effects.disk, dataDirectory)
  if (!credentials) throw new Error('no credentials')
  const { hostname, port } = new URL(endpoint)
  return { host: hostname, port: Number(port), credentials, scope: { region, service: 'kafka' } }
}

/** The status that a page has; null where nobody answers. */
function statusOf(url: string): Promise<number | null> {
  return fetch(url).then(
    ({ status }) => status,
    () => null,
  )
}

describe('the first start', () => {
  it('makes demo through the AWS endpoint and answers when it is active', async () => {
    const service = await start()
    const [demo] = service.report().clusters
    expect(demo).toMatchObject({ name: 'demo', state: 'ACTIVE', kafkaVersion: '4.4.x.kraft' })
    expect(demo?.bootstrapServers).toMatch(/^127\.0\.0\.1:\d+(,127\.0\.0\.1:\d+){2}$/)
    expect(service.restored).toEqual({ clusters: 0, streams: 0 })
    const listed = await callApi(endpointOf(service.report()), effects.clock, {
      method: 'GET',
      path: '/v1/clusters',
    })
    expect(listed).toMatchObject({ clusterInfoList: [{ clusterName: 'demo', numberOfBrokerNodes: 3 }] })
    expect(engine.plans[0]?.properties).toMatchObject({
      'auto.create.topics.enable': 'true',
      'group.initial.rebalance.delay.ms': '0',
    })
  })

  it('tells where exporters are that open monitoring asks for', async () => {
    const service = await start()
    const at = endpointOf(service.report())
    const brokers = () => service.report().clusters[0]?.brokers
    expect(brokers()?.some((broker) => 'exporters' in broker)).toBe(false)
    const path = `/v1/clusters/${encodeURIComponent(service.report().clusters[0]?.arn ?? '')}`
    const { clusterInfo } = (await callApi(at, effects.clock, { method: 'GET', path })) as {
      clusterInfo: { currentVersion: string }
    }
    const enabled = { enabledInBroker: true }
    const openMonitoring = { prometheus: { jmxExporter: enabled, nodeExporter: enabled } }
    const body = { currentVersion: clusterInfo.currentVersion, openMonitoring }
    await callApi(at, effects.clock, { method: 'PUT', path: `${path}/monitoring`, body })
    const urls = () => brokers()?.flatMap(({ exporters = [] }) => exporters.map(({ url }) => url)) ?? []
    await expect.poll(() => new Set(urls()).size).toBe(6)
    expect(
      brokers()?.[2]
        ?.exporters?.map(({ name }) => name)
        .sort(),
    ).toEqual(['JMX_EXPORTER', 'NODE_EXPORTER'])
    for (const url of urls()) await expect.poll(() => statusOf(url)).toBe(200)
  })

  it('gives the cluster the broker properties that were set', async () => {
    await start({ cluster: { kind: 'named', name: 'orders' }, properties: { 'num.partitions': '4' } })
    expect(engine.plans[0]?.properties).toMatchObject({ 'num.partitions': '4' })
  })

  it('refuses a property that Kafka does not have, and leaves nothing running', async () => {
    const refused = start({ properties: { 'num.partitons': '4', bogus: '1' } })
    await expect(refused).rejects.toThrow(/^--set .*bogus/)
    await expect(refused).rejects.toBeInstanceOf(UsageError)
    expect(engine.running).toBe(0)
    await start({ cluster: { kind: 'none' } })
  })

  it('makes no cluster when none is wanted', async () => {
    const service = await start({ cluster: { kind: 'none' } })
    expect(service.report().clusters).toEqual([])
  })

  it('makes demo in the next try when the first one failed', async () => {
    const taken = await takePort()
    await expect(start({ apiPort: taken })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect((await start()).report().clusters).toMatchObject([{ name: 'demo' }])
  })

  it('fails with the cluster’s own sentence when the brokers cannot start', async () => {
    for (let n = 0; n < 15; n++) engine.failures.push(Object.assign(new Error('no room'), { code: 'ENOSPC' }))
    await expect(start()).rejects.toMatchObject({
      code: 'ENOSPC',
      why: expect.stringContaining('The disk is full.'),
    })
  })
})

describe('a later start', () => {
  it('restores the clusters at the same addresses without any flag', async () => {
    const first = await start()
    const before = first.report()
    await stop(first)
    expect(engine.running).toBe(0)
    const again = await start({ apiPort: undefined, kafkaPort: undefined })
    const after = again.report()
    expect(again.restored).toEqual({ clusters: 1, streams: 0 })
    expect(again.report().notes).toEqual([])
    expect(after.endpoint).toBe(before.endpoint)
    expect(after.clusters[0]).toMatchObject({
      arn: before.clusters[0]?.arn,
      state: 'ACTIVE',
      bootstrapServers: before.clusters[0]?.bootstrapServers,
    })
    expect(loadAccessKey(effects.disk, dataDirectory)).toBeDefined()
  })

  it('serves the other clusters where one cannot start, and says what is wrong with it', async () => {
    await stop(await start({ cluster: { kind: 'named', name: 'well' } }))
    await stop(
      await start({ cluster: { kind: 'named', name: 'broken' }, properties: { 'num.partitions': '7' } }),
    )
    engine.refuses = ({ properties }) =>
      properties['num.partitions'] === '7' ? new Error('a broken log') : undefined
    const { clusters } = (await start()).report()
    expect(clusters).toMatchObject([{ name: 'well', state: 'ACTIVE' }, { name: 'broken' }])
    expect(clusters[1]?.state).not.toBe('ACTIVE')
    expect(clusters[1]?.stateInfo).toContain('a broken log')
  }, 20_000)

  it('says what it cannot read of streams, their channels and their queues', async () => {
    await stop(await start())
    for (const kind of ['records', 'channels', 'queues']) {
      effects.disk.mkdirSync(`${dataDirectory}/streams/${kind}`)
      effects.disk.writeFileAtomicSync(`${dataDirectory}/streams/${kind}/1f7a.json`, '{')
    }
    const { notes } = (await start()).report()
    expect(notes.map((note) => /streams\/(\w+)\/1f7a\.json/.exec(note)?.[1])).toEqual([
      'records',
      'channels',
      'queues',
    ])
  })

  it('looks at all brokers, and again, before it says that none answers', async () => {
    const asked: number[] = []
    const service = await start({
      // The first broker lets nobody in; of the others one answers at the second look.
      probe: async ({ port }) => {
        asked.push(port)
        if (asked.length < 6) throw new Error('connection refused')
      },
    })
    expect(service.report().clusters[0]?.state).toBe('ACTIVE')
    expect(asked).toHaveLength(6)
    await stop(service)
    const again = await start({ probe: () => Promise.reject(new Error('the connection is closed')) })
    expect(again.report().notes).toEqual([
      expect.stringMatching(/No broker.*answers.*The connection is closed/s),
    ])
    expect(again.report().clusters[0]?.state).toBe('ACTIVE')
  }, 20_000)

  it('does not bring back a demo that was deleted', async () => {
    const first = await start()
    const [demo] = first.report().clusters
    const path = `/v1/clusters/${encodeURIComponent(demo?.arn ?? '')}`
    await callApi(endpointOf(first.report()), effects.clock, { method: 'DELETE', path })
    await stop(first)
    expect((await start()).report().clusters.filter((cluster) => cluster.state !== 'DELETING')).toEqual([])
  })

  it('starts a named cluster that is there, and makes one that is not', async () => {
    await stop(await start({ cluster: { kind: 'named', name: 'orders' } }))
    const again = await start({ cluster: { kind: 'named', name: 'orders' } })
    expect(again.report().clusters.map(({ name }) => name)).toEqual(['orders'])
    await stop(again)
    const more = await start({ cluster: { kind: 'named', name: 'payments' } })
    expect(more.report().clusters.map(({ name }) => name)).toEqual(['orders', 'payments'])
    expect(more.report().defaultCluster).toBe('payments')
  })

  it('refuses to change the properties of a cluster that is there, and takes the same ones', async () => {
    await stop(await start({ properties: { 'num.partitions': '4' } }))
    await expect(start({ properties: { 'num.partitions': '5' } })).rejects.toMatchObject({
      code: 'CLUSTER_EXISTS',
    })
    await start({ properties: { 'num.partitions': '4' } })
  })

  it('stays in the region of its ARNs', async () => {
    await stop(await start({ region: 'eu-west-1' }))
    await expect(start({ region: 'us-east-1' })).rejects.toMatchObject({ code: 'REGION_DIFFERS' })
    const service = await start()
    expect(service.report().clusters[0]?.arn).toContain(':eu-west-1:')
  })

  it('moves a port that somebody else has taken meanwhile, and says so', async () => {
    const first = await start()
    const { endpoint, clusters } = first.report()
    await stop(first)
    const ports = [Number(new URL(endpoint).port), Number(clusters[0]?.bootstrapServers.split(/[:,]/)[1])]
    for (const port of ports)
      await new Promise<void>((resolve) => {
        blockers.push(createServer().listen(port, '127.0.0.1', () => resolve()))
      })
    const again = await start({ apiPort: undefined, kafkaPort: undefined })
    expect(again.report().endpoint).not.toBe(endpoint)
    expect(again.report().notes).toEqual([
      expect.stringContaining(`Port ${ports[0]} was busy`),
      expect.stringContaining(`Port ${ports[1]} was busy`),
    ])
  })
})

describe('a start that takes long', () => {
  it('tells how far it is', async () => {
    const gate = new Deferred<void>()
    engine.gate = gate.promise
    const told: string[] = []
    const schedule = (ms: number, fn: () => void) => effects.clock.schedule(ms / 100, fn)
    await start({
      effects: { ...effects, clock: Object.assign(Object.create(effects.clock), { schedule }) },
      onProgress: (sentence) => {
        told.push(sentence)
        // The brokers wait until the controller, which comes before them, was told of.
        if (sentence.includes('1 of 4')) gate.resolve()
      },
    })
    expect(told).toContainEqual(expect.stringMatching(/^Starting: 1 of 4 nodes started \(\d+ s\)$/))
  })

  it('ends when it is called off, and leaves nothing running', async () => {
    await stop(await start())
    engine.gate = new Promise(() => {})
    const calling = new AbortController()
    const starting = start({ signal: calling.signal })
    await expect.poll(() => engine.log.filter((line) => line === 'start broker 1').length).toBe(2)
    calling.abort()
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' })
    expect(engine.running).toBe(0)
  })
})

describe('another engine than the cluster has', () => {
  it('is noted: the cluster keeps its own', async () => {
    const engines = [engine, new FakeEngine(effects, 'apache-kafka')]
    await stop(await start({ engines }))
    const again = await start({ engines, engine: 'apache-kafka' })
    expect(again.report()).toMatchObject({ engine: 'apache-kafka', clusters: [{ engine: 'embedded' }] })
    expect(again.report().notes).toEqual([
      expect.stringMatching(/^demo keeps its engine, embedded: .*--data-dir/),
    ])
    await stop(again)
    // The engine of the last start was asked for then, not now.
    expect((await start({ engines })).report().notes).toEqual([])
  })
})

describe('the hosting', () => {
  it('is that of the last start, and a cluster keeps its own', async () => {
    await stop(await start({ hosting: 'process' }))
    const again = await start()
    expect(again.report()).toMatchObject({
      hosting: 'process',
      notes: [],
      clusters: [{ hosting: 'process' }],
    })
    await stop(again)
    const other = (await start({ hosting: 'inline' })).report()
    expect(other).toMatchObject({ hosting: 'inline', clusters: [{ hosting: 'process' }] })
    expect(other.notes).toEqual([expect.stringMatching(/^demo keeps its hosting, process: .*--data-dir/)])
  })

  it('cannot be chosen on an engine that has one alone', async () => {
    const engines = [engine, new FakeEngine(effects, 'apache-kafka')]
    await expect(start({ engines, engine: 'apache-kafka', hosting: 'inline' })).rejects.toThrow(
      /^--hosting .*apache-kafka runs every node in a process of its own/,
    )
    const { clusters } = (await start({ engines, engine: 'apache-kafka' })).report()
    expect(clusters).toMatchObject([{ hosting: 'process' }])
  })
})

describe('what stands in the way', () => {
  it('is named: an explicit port that is taken', async () => {
    const taken = await takePort()
    await expect(start({ apiPort: taken })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(start({ kafkaPort: taken })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('is named: a second service on the same data directory', async () => {
    await start()
    await expect(start()).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_IN_USE',
      why: expect.stringContaining(String(process.pid)),
    })
  })

  it('is named: a data directory that is a file', async () => {
    const file = join(dataDirectory, 'file')
    writeFileSync(file, '')
    await expect(start({ dataDirectory: file })).rejects.toMatchObject({
      next: expect.stringContaining('--data-dir'),
    })
  })
})

describe('two services', () => {
  it('run side by side on two data directories', async () => {
    const other = mkdtempSync(join(tmpdir(), 'sluice-service-'))
    try {
      const [one, two] = [await start(), await start({ dataDirectory: other })]
      expect(one.report().endpoint).not.toBe(two.report().endpoint)
      await stop(two)
      expect(one.report().clusters[0]?.state).toBe('ACTIVE')
    } finally {
      rmSync(other, { recursive: true })
    }
  })
})

describe('the health page', () => {
  it('tells anyone whether the service is ready, also while it starts', async () => {
    const apiPort = await freePort()
    const health = async () => {
      const answer = await fetch(`http://127.0.0.1:${apiPort}${healthPath}`)
      return [answer.status, await answer.json()]
    }
    let whileStarting: unknown
    await start({
      apiPort,
      probe: async () => {
        whileStarting = await health()
      },
    })
    expect(whileStarting).toEqual([200, { status: 'starting' }])
    expect(await health()).toEqual([200, { status: 'ready' }])
  })
})

describe('the status page', () => {
  it('answers the report to who signs with the keys of the data directory, and to nobody else', async () => {
    const service = await start()
    const endpoint = endpointOf(service.report())
    const ask = (as: Endpoint) => callApi(as, effects.clock, { method: 'GET', path: statusPath })
    expect(await ask(endpoint)).toEqual(service.report())
    const stranger = { accessKeyId: endpoint.credentials.accessKeyId, secretAccessKey: 'guessed' }
    await expect(ask({ ...endpoint, credentials: stranger })).rejects.toMatchObject({ status: 403 })
  })
})
