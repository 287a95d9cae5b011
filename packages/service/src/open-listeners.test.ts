import type { ClientAuthentication } from '@aws-sdk/client-kafka'
import { expect, it } from 'vitest'
import type { ClusterRecord } from './fleet/clusters/cluster-record.ts'
import type { Fleet } from './fleet/fleet.ts'
import { loopbackReach } from './fleet/reach.ts'
import { openSentences } from './open-listeners.ts'

const all = [
  'CLIENT',
  'CLIENT_SECURE',
  'CLIENT_SASL_SCRAM',
  'CLIENT_IAM',
  'JMX_EXPORTER',
  'REPLICATION_SECURE',
]

function sentences(host: string, listeners: readonly string[], clientAuthentication?: ClientAuthentication) {
  const ports = listeners.map((listener) => ({ role: 'broker', nodeId: 1, listener, port: 1 }))
  const record = { name: 'demo', spec: { clientAuthentication }, ports } as unknown as ClusterRecord
  const clusters = { list: () => [record] } as unknown as Fleet['clusters']
  return openSentences({ reach: { ...loopbackReach, host }, fleet: { clusters } })
}

it('nothing is told while everything is on this machine alone', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1']) expect(sentences(host, all)).toEqual([])
})

it('what other machines reach without a login is told in one sentence', () => {
  expect(sentences('0.0.0.0', all)).toEqual([
    expect.stringMatching(
      /^Open to other machines without a login, on 0\.0\.0\.0: demo by CLIENT, CLIENT_SECURE, JMX_EXPORTER\. /,
    ),
  ])
})

it('a listener that wants a login or a certificate is not among it', () => {
  const closed = ['CLIENT_SECURE', 'CLIENT_SASL_SCRAM', 'CLIENT_IAM']
  expect(sentences('192.0.2.1', closed, { Tls: { Enabled: true } })).toEqual([])
  const requested = { Tls: { Enabled: true }, Unauthenticated: { Enabled: true } }
  expect(sentences('192.0.2.1', closed, requested)).toHaveLength(1)
})
