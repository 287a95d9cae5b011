import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { ClusterReport, StatusReport } from '../status-report.ts'
import { chosenCluster, dotenvLines, environmentJson, environmentOf, exportLines } from './environment.ts'
import { UsageError } from '../usage-error.ts'

const cluster = (name: string, port: number): ClusterReport => ({
  name,
  arn: `arn:aws:kafka:us-east-1:000000000000:cluster/${name}/4b1f0f34-8bf7-4b8a-9c57-1a2b3c4d5e6f-3`,
  state: 'ACTIVE',
  stateInfo: null,
  kafkaVersion: '4.4.x.kraft',
  brokerProperties: {},
  bootstrapServers: `127.0.0.1:${port}`,
  brokers: [],
  quorum: [],
  engine: 'embedded',
})

const report = (clusters: ClusterReport[], defaultCluster: string | null = null): StatusReport => ({
  version: '0.1.0',
  pid: 1,
  startedAt: '2026-11-22T00:00:00.000Z',
  dataDirectory: '/data',
  endpoint: 'http://127.0.0.1:9081',
  region: 'us-east-1',
  accountId: '000000000000',
  engine: 'embedded',
  acceptsAnySignature: false,
  defaultCluster,
  notes: [],
  clusters,
})

const accessKey = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: "a+b/c'd" }

describe('the chosen cluster', () => {
  const two = report([cluster('demo', 9092), cluster('orders', 9093)], 'orders')

  it('is the named one, else the default one, else the only one', () => {
    expect(chosenCluster(two, 'demo')?.name).toBe('demo')
    expect(chosenCluster(two, undefined)?.name).toBe('orders')
    expect(chosenCluster({ ...two, defaultCluster: null }, undefined)).toBeUndefined()
    expect(chosenCluster(report([cluster('a', 1)], 'gone'), undefined)?.name).toBe('a')
  })

  it('is an error that names the known ones when it is not there', () => {
    expect(() => chosenCluster(two, 'payments')).toThrow(UsageError)
    expect(() => chosenCluster(two, 'payments')).toThrow(/demo, orders/)
  })
})

describe('variables', () => {
  const one = report([cluster('demo', 9092)])

  it('are those that the AWS tools read, and the bootstrap servers', () => {
    expect(environmentOf(one, accessKey, one.clusters[0])).toMatchObject({
      AWS_ENDPOINT_URL_KAFKA: 'http://127.0.0.1:9081',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: "a+b/c'd",
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      BOOTSTRAP_SERVERS: '127.0.0.1:9092',
    })
  })

  it('have no bootstrap servers without a cluster', () => {
    expect(environmentOf(report([]), accessKey, undefined)).not.toHaveProperty('BOOTSTRAP_SERVERS')
  })

  it('survive a shell, whatever characters they hold', () => {
    const lines = exportLines({ A: 'it\'s $HOME `x` "y" \\ z', B: '1' })
    const shown = execFileSync('sh', ['-c', `${lines}sh -c 'printf "%s|%s" "$A" "$B"'`], { encoding: 'utf8' })
    expect(shown).toBe('it\'s $HOME `x` "y" \\ z|1')
  })

  it('are plain KEY=value lines for dotenv files', () => {
    expect(dotenvLines({ A: '1', B: 'x=y' })).toBe('A=1\nB=x=y\n')
  })

  it('come with every ARN as JSON', () => {
    const two = report([cluster('demo', 9092), cluster('orders', 9093)])
    expect(environmentJson(two, accessKey, undefined)).toMatchObject({
      endpoint: 'http://127.0.0.1:9081',
      credentials: accessKey,
      clusters: [
        { name: 'demo', arn: two.clusters[0]?.arn, bootstrapServers: '127.0.0.1:9092' },
        { name: 'orders', arn: two.clusters[1]?.arn, bootstrapServers: '127.0.0.1:9093' },
      ],
    })
  })
})
