import { expect, it } from 'vitest'
import { loopbackReach } from '../fleet/reach.ts'
import type { ClusterReport, StatusReport } from '../status-report.ts'
import { readyScreen, statusScreen } from './screen.ts'

const cluster = (name: string): ClusterReport => ({
  ...{ name, arn: `arn:${name}`, state: 'ACTIVE', stateInfo: null, kafkaVersion: '4.4.x.kraft' },
  ...{ engine: 'embedded', hosting: 'inline', brokerProperties: {}, brokers: [], quorum: [] },
  bootstrapServers: '127.0.0.1:9092',
  listeners: { CLIENT: '127.0.0.1:9092', CLIENT_SASL_SCRAM: '127.0.0.1:9096' },
  scramUser: { name: 'demo', secretArn: 'arn:secret' },
})

const report: StatusReport = {
  ...{ version: '0.1.0', pid: 1, startedAt: '2026-11-22T00:00:00.000Z', dataDirectory: '/data' },
  ...{ endpoint: 'http://127.0.0.1:9081', local: { host: '127.0.0.1', port: 9081 }, reach: loopbackReach },
  ...{ region: 'us-east-1', accountId: '000000000000', engine: 'embedded', hosting: 'inline' },
  ...{ acceptsAnySignature: false, pace: 'instant', streamLimits: 'on', notes: [], trust: null },
  console: 'http://127.0.0.1:9081/_sluice/console/',
  defaultCluster: 'demo',
  clusters: [cluster('demo'), cluster('orders')],
}

const none = { clusters: 0, streams: 0 }

it('names the command that has the password of each cluster', () => {
  const lines = statusScreen(report).split('\n')
  const told = lines.filter((line) => line.includes('SCRAM user'))
  expect(told[0]).toMatch(/sluice env --data-dir \/data has the password/)
  expect(told[1]).toMatch(/sluice env --cluster orders --data-dir \/data has the password/)
})

it('says what there was before a start: clusters, streams of Kinesis, or nothing', () => {
  const screen = (clusters: number, streams: number) =>
    readyScreen(report, { readyMs: 1, restored: { clusters, streams }, detached: true, consoleLink: null })
  expect(screen(0, 0)).toContain('data /data (new)')
  expect(screen(2, 0)).toContain('data /data (2 clusters restored)')
  expect(screen(0, 1)).toContain('data /data (1 stream restored)')
  expect(screen(1, 3)).toContain('data /data (1 cluster and 3 streams restored)')
})

it('speaks of another terminal where the service holds this one', () => {
  const news = { readyMs: 1, restored: none, consoleLink: null }
  const screen = (detached: boolean) => readyScreen(report, { ...news, detached })
  expect(screen(false)).toMatch(/Stop it +Ctrl-C, or in another terminal [\s\S]*Next, in another terminal:/)
  expect(screen(true)).not.toContain('another terminal')
  expect(screen(true)).toContain('\n  Next:\n')
})

it('opens the console signed in from the screen of a start alone, which its owner sees', () => {
  const link = 'http://127.0.0.1:9081/_sluice/console/#ticket=abc'
  const started = readyScreen(report, { readyMs: 1, restored: none, detached: true, consoleLink: link })
  expect(started).toContain(`  Console        ${link}\n`)
  const told = 'npx sluice console --data-dir /data has a link that signs in'
  expect(statusScreen(report)).toContain(`  Console        ${report.console}   ${told}\n`)
  const unsigned = { ...report, acceptsAnySignature: true }
  expect(statusScreen(unsigned)).toContain(`  Console        ${report.console}\n`)
  expect(statusScreen({ ...report, console: null })).not.toContain('Console')
})

it('has a row for the exporters of each broker, where there are any', () => {
  expect(statusScreen(report)).not.toContain('Metrics')
  const exporters = (port: number) => [
    { name: 'JMX_EXPORTER' as const, url: `http://127.0.0.1:${port}/metrics` },
    { name: 'NODE_EXPORTER' as const, url: `http://127.0.0.1:${port + 1}/metrics` },
  ]
  const brokers = [1, 2].map((id) => ({ id, listeners: [], exporters: exporters(1_001 + id * 10_000) }))
  const measured = { ...cluster('demo'), brokers: [...brokers, { id: 3, listeners: [] }] }
  const lines = statusScreen({ ...report, clusters: [measured] }).split('\n')
  const at = lines.findIndex((line) => line.includes('Metrics'))
  expect(lines.slice(at, at + 2).map((line) => line.trim())).toEqual([
    'Metrics      broker 1   http://127.0.0.1:11001/metrics Kafka   http://127.0.0.1:11002/metrics machine',
    'broker 2   http://127.0.0.1:21001/metrics Kafka   http://127.0.0.1:21002/metrics machine',
  ])
  expect(lines.filter((line) => line.includes('/metrics'))).toHaveLength(2)
})
