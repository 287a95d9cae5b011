import {
  GetBootstrapBrokersCommand,
  UpdateSecurityCommand,
  type UpdateSecurityRequest,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeAuthority } from '../../../fleet/authority/certificates.ts'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters
let ClusterArn: string

beforeEach(async () => {
  clusters = await TestClusters.start()
  ClusterArn = await clusters.create()
})

async function updateSecurity(change: Omit<UpdateSecurityRequest, 'ClusterArn' | 'CurrentVersion'>) {
  const { CurrentVersion } = await clusters.info(ClusterArn)
  return clusters.client.send(new UpdateSecurityCommand({ ClusterArn, CurrentVersion, ...change }))
}

const clientBroker = (ClientBroker: 'TLS' | 'TLS_PLAINTEXT' | 'PLAINTEXT') => ({
  EncryptionInfo: { EncryptionInTransit: { ClientBroker } },
})

const listeners = () => {
  const nodes = clusters.service.replicating.plans.at(-1)?.nodes ?? []
  return nodes
    .filter(({ role }) => role === 'broker')
    .map((node) => node.listeners.map(({ name }) => name).join())
}

describe('UpdateSecurity', () => {
  it('gives every broker the listeners of what is wanted, one after the other, and takes them away again', async () => {
    const { ClusterOperationArn } = await updateSecurity(clientBroker('TLS_PLAINTEXT'))
    await clusters.settled(ClusterArn)
    expect(listeners()).toEqual(Array(3).fill('CLIENT,CLIENT_SECURE'))
    expect(clusters.service.replicating.log.filter((line) => line.startsWith('start broker'))).toHaveLength(3)
    expect(await clusters.operation(ClusterOperationArn)).toMatchObject({
      OperationType: 'UPDATE_SECURITY',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: clientBroker('PLAINTEXT'),
      TargetClusterInfo: clientBroker('TLS_PLAINTEXT'),
    })
    await updateSecurity(clientBroker('TLS'))
    await clusters.settled(ClusterArn)
    expect(listeners()).toEqual(Array(3).fill('CLIENT_SECURE'))
    const servers = await clusters.client.send(new GetBootstrapBrokersCommand({ ClusterArn }))
    expect(servers.BootstrapBrokerStringTls).toMatch(/:9094/)
    expect(servers.BootstrapBrokerString).toBeUndefined()
  })

  it('leaves as it is what the request does not name', async () => {
    await updateSecurity(clientBroker('TLS_PLAINTEXT'))
    await clusters.settled(ClusterArn)
    const CertificateAuthorityArnList = ['arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/1']
    const tls = { Tls: { Enabled: true, CertificateAuthorityArnList } }
    await expect(updateSecurity({ ClientAuthentication: tls })).rejects.toMatchObject(
      refused(/put its certificate \(PEM\) into \/data\/certificate-authorities\/1\/ca\.pem/),
    )
    const { disk } = clusters.service
    disk.mkdirSync('/data/certificate-authorities/1')
    const { certificate } = await makeAuthority({ subject: 'CN=1', days: 1, nowMs: 0 })
    disk.writeFileAtomicSync('/data/certificate-authorities/1/ca.pem', certificate)
    await updateSecurity({ ClientAuthentication: { ...tls, Unauthenticated: { Enabled: true } } })
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.plans.at(-1)?.nodes[0]?.tls?.clientAuth).toBe('requested')
    await updateSecurity({ ClientAuthentication: { Unauthenticated: { Enabled: false } } })
    await clusters.settled(ClusterArn)
    expect((await clusters.info(ClusterArn)).ClientAuthentication).toMatchObject(tls)
    expect(clusters.service.replicating.plans.at(-1)?.nodes[0]?.tls?.clientAuth).toBe('required')
  })

  it.each([
    ['what is so already', clientBroker('PLAINTEXT'), /does not include any updates to the security setting/],
    ['nothing', {}, /does not include any updates to the security setting/],
    [
      'encryption at rest',
      { EncryptionInfo: { EncryptionAtRest: { DataVolumeKMSKeyId: 'key' } } },
      /encryption-at-rest settings on your cluster is not currently supported/,
    ],
    [
      'encryption between brokers',
      { EncryptionInfo: { EncryptionInTransit: { InCluster: false } } },
      /inter-broker encryption setting on your cluster is not currently supported/,
    ],
    [
      'authentication that does not go with the encryption',
      { ClientAuthentication: { Sasl: { Iam: { Enabled: true } } } },
      /SASL authentication needs client-broker encryption TLS/,
    ],
  ])('refuses %s', async (_, change, sentence) => {
    await expect(updateSecurity(change as never)).rejects.toMatchObject(refused(sentence))
    expect((await clusters.info(ClusterArn)).State).toBe('ACTIVE')
  })
})
