import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { loopbackReach } from '../fleet/reach.ts'
import type { ClusterReport, StatusReport } from '../status-report.ts'
import {
  chosenCluster,
  dotenvLines,
  encrypted,
  environmentJson,
  environmentOf,
  exportLines,
} from './environment.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'

const cluster = (name: string, port: number): ClusterReport => ({
  name,
  arn: `arn:aws:kafka:us-east-1:000000000000:cluster/${name}/4b1f0f34-8bf7-4b8a-9c57-1a2b3c4d5e6f-3`,
  state: 'ACTIVE',
  stateInfo: null,
  kafkaVersion: '4.4.x.kraft',
  brokerProperties: {},
  bootstrapServers: `127.0.0.1:${port}`,
  listeners: { CLIENT: `127.0.0.1:${port}` },
  scramUser: null,
  brokers: [],
  quorum: [],
  engine: 'embedded',
  hosting: 'inline',
})

const report = (clusters: ClusterReport[], defaultCluster: string | null = null): StatusReport => ({
  version: '0.1.0',
  pid: 1,
  startedAt: '2026-11-22T00:00:00.000Z',
  dataDirectory: '/data',
  endpoint: 'http://127.0.0.1:9081',
  console: null,
  local: { host: '127.0.0.1', port: 9081 },
  reach: loopbackReach,
  region: 'us-east-1',
  accountId: '000000000000',
  engine: 'embedded',
  hosting: 'inline',
  acceptsAnySignature: false,
  pace: 'instant',
  streamLimits: 'on',
  defaultCluster,
  notes: [],
  clusters,
  trust: null,
})

const accessKey = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: "a+b/c'd" }

function failureOf(run: () => unknown): OperatingError {
  try {
    run()
  } catch (error) {
    if (error instanceof OperatingError) return error
    throw error
  }
  throw new Error('it did not fail')
}

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

  it('is an error when it is named and cannot be reached, with the reason', () => {
    const failed = {
      ...cluster('demo', 1),
      state: 'FAILED',
      stateInfo: 'The disk is full.',
      bootstrapServers: '',
      listeners: {},
    }
    const error = failureOf(() => chosenCluster(report([failed]), 'demo'))
    expect(error.why).toBe('It is FAILED: The disk is full.')
    expect(chosenCluster(report([failed]), undefined)?.name).toBe('demo')
    expect(environmentOf(report([failed]), accessKey, failed)).not.toHaveProperty('BOOTSTRAP_SERVERS')
  })
})

describe('variables', () => {
  const one = report([cluster('demo', 9092)])

  it('are those that the AWS tools read, and the bootstrap servers', () => {
    expect(environmentOf(one, accessKey, one.clusters[0])).toMatchObject({
      AWS_ENDPOINT_URL_KAFKA: 'http://127.0.0.1:9081',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:9081',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9081',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: "a+b/c'd",
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      BOOTSTRAP_SERVERS: '127.0.0.1:9092',
    })
  })

  it('have the endpoint by TLS, and whom to trust there, where that is wanted', () => {
    const trust = { caFile: '/ca.pem', bundleFile: '/bundle.pem', javaTruststore: '/truststore.jks' }
    const variables = environmentOf(encrypted({ ...one, trust }), accessKey, undefined)
    expect(variables).toMatchObject({
      AWS_ENDPOINT_URL_KINESIS: 'https://127.0.0.1:9081',
      AWS_CA_BUNDLE: '/bundle.pem',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      SLUICE_JAVA_TRUSTSTORE: '/truststore.jks',
    })
    expect(environmentOf({ ...one, trust }, accessKey, undefined)).not.toHaveProperty('AWS_CA_BUNDLE')
  })

  it('have no bootstrap servers without a cluster', () => {
    expect(environmentOf(report([]), accessKey, undefined)).not.toHaveProperty('BOOTSTRAP_SERVERS')
  })

  it('survive a shell, whatever characters they hold', () => {
    const lines = exportLines({ A: 'it\'s $HOME `x` "y" \\ z', B: '1' })
    const shown = execFileSync('sh', ['-c', `${lines}sh -c 'printf "%s|%s" "$A" "$B"'`], { encoding: 'utf8' })
    expect(shown).toBe('it\'s $HOME `x` "y" \\ z|1')
  })

  it('unset in a shell what would win over them', () => {
    const lines = exportLines(environmentOf(one, accessKey, one.clusters[0]))
    const theirs = {
      AWS_SESSION_TOKEN: 'x',
      AWS_PROFILE: 'work',
      AWS_ACCESS_KEY_ID: 'theirs',
      BOOTSTRAP_SERVERS_TLS: 'of a listener that was there',
      SCRAM_PASSWORD: 'of another cluster',
      PATH: process.env['PATH'],
    }
    const shown = execFileSync('sh', ['-c', `${lines}env`], { encoding: 'utf8', env: theirs })
    expect(shown).not.toMatch(/AWS_SESSION_TOKEN|AWS_PROFILE|BOOTSTRAP_SERVERS_TLS|SCRAM_PASSWORD/)
    expect(shown).toContain('BOOTSTRAP_SERVERS=127.0.0.1:9092\n')
    expect(shown).toContain('AWS_ACCESS_KEY_ID=AKIAEXAMPLE\n')
    const byProfile = exportLines(environmentOf(one, accessKey, one.clusters[0], 'sluice'))
    const byName = execFileSync('sh', ['-c', `${byProfile}env`], { encoding: 'utf8', env: theirs })
    expect(byName).toContain('AWS_PROFILE=sluice\n')
    expect(byName).not.toMatch(/AWS_SESSION_TOKEN|AWS_ACCESS_KEY_ID/)
    expect(environmentJson(one, accessKey, undefined)['unset']).toContain('AWS_SESSION_TOKEN')
  })

  it('are plain KEY=value lines for dotenv files', () => {
    expect(dotenvLines({ A: '1', B: 'x=y' })).toMatch(
      /^# .*AWS_PROFILE.*\nAWS_SESSION_TOKEN=\nAWS_SECURITY_TOKEN=\nA=1\nB=x=y\n$/,
    )
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
