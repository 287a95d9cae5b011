import { Agent } from 'node:https'
import { CreateClusterCommand, KafkaClient, ListClustersCommand } from '@aws-sdk/client-kafka'
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis'
import { silentLogger, systemClock } from '@sluice/effects'
import { afterEach, describe, expect, it } from 'vitest'
import { type HttpListener, listen } from '../http/listener.ts'
import { testAuthority, testIdentity } from '../http/testing/test-identity.ts'
import { rawExchange } from '../http/testing/test-socket.ts'
import type { ServerIdentity } from '../http/tls-door.ts'
import { testIdentities } from '../iam/testing/identities.ts'
import { credentials, provisioned, startTestService } from './testing/test-service.ts'

const requestBytesMax = 1_048_576

let listener: HttpListener | undefined
afterEach(() => listener?.close())

const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }

async function open(
  options: Parameters<typeof startTestService>[0] = {},
  identity?: ServerIdentity,
): Promise<number> {
  const { endpoint } = await startTestService(options)
  const effects = { clock: systemClock(), logger: silentLogger }
  listener = await listen(endpoint, { host: '127.0.0.1', port: 0, ...(identity && { identity }) }, effects)
  return listener.port
}

describe('AWS over HTTP', () => {
  it('serves the SDK, and closes while a connection is kept alive', async () => {
    const port = await open()
    const client = new KafkaClient({ region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials })
    const { ClusterArn } = await client.send(new CreateClusterCommand(provisioned('orders')))
    expect(ClusterArn).toContain(':cluster/orders/')
    const tiered = { ...provisioned('tiered'), StorageMode: 'TIERED' as const }
    await expect(client.send(new CreateClusterCommand(tiered))).rejects.toMatchObject({
      name: 'NotImplementedException',
    })
    await listener?.close()
    client.destroy()
  })

  it('serves SDKs that speak HTTP/2 from the first byte on, and sign the host by its name there', async () => {
    const port = await open()
    const endpoint = `http://127.0.0.1:${port}`
    const client = new KinesisClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 })
    expect((await client.send(new ListStreamsCommand({}))).StreamNames).toEqual([])
    client.destroy()
    const stranger = new KinesisClient({
      region: 'us-east-1',
      endpoint,
      credentials: { ...credentials, secretAccessKey: 'another' },
      maxAttempts: 1,
    })
    await expect(stranger.send(new ListStreamsCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    })
    stranger.destroy()
  })

  it('serves the SDK by TLS, and those whose policies ask for it by nothing else', async () => {
    const keys = [{ ...alice, identity: 'arn:aws:iam::000000000000:user/alice' }]
    const statement = {
      Effect: 'Allow',
      Action: 'kafka:ListClusters',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    }
    const policies = [{ Version: '2012-10-17', Statement: [statement] }]
    const identities = testIdentities({ ownerKey: credentials, keys })
    identities.replace({ ...identities.snapshot, table: JSON.stringify({ users: { alice: { policies } } }) })
    const authority = await testAuthority()
    const pem = await testIdentity(authority)
    const port = await open({ identities }, async () => pem)
    const httpsAgent = new Agent({ ca: authority.certificate, keepAlive: true })
    const clientAt = (endpoint: string) =>
      new KafkaClient({
        region: 'us-east-1',
        endpoint,
        credentials: alice,
        maxAttempts: 1,
        requestHandler: { httpsAgent },
      })
    const encrypted = clientAt(`https://127.0.0.1:${port}`)
    expect((await encrypted.send(new ListClustersCommand())).ClusterInfoList).toEqual([])
    const plain = clientAt(`http://127.0.0.1:${port}`)
    await expect(plain.send(new ListClustersCommand())).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    encrypted.destroy()
    plain.destroy()
  })

  it('refuses who does not sign before the body is there', async () => {
    const port = await open()
    const unsigned = 'POST /v1/clusters HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n'
    expect(await rawExchange(port, `${unsigned}\r\n`)).toMatch(
      /^HTTP\/1\.1 403 [\s\S]*x-amzn-errortype: MissingAuthenticationTokenException[\s\S]*connection: close/i,
    )
    const garbled = `${unsigned}authorization: AWS4-HMAC-SHA256 Credential=x\r\nexpect: 100-continue\r\n\r\n`
    expect(await rawExchange(port, garbled)).toMatch(
      /^HTTP\/1\.1 403 [\s\S]*x-amzn-errortype: IncompleteSignatureException/i,
    )
  })

  it('refuses a body that is too long with an answer that arrives, however long it is', async () => {
    const port = await open({ acceptAnySignature: true })
    for (const bytes of [requestBytesMax + 1, 64_000_000]) {
      const body = Buffer.alloc(bytes, 'x')
      const response = await fetch(`http://127.0.0.1:${port}/v1/clusters`, { method: 'POST', body })
      expect(response.status).toBe(413)
      expect(response.headers.get('x-amzn-errortype')).toBe('RequestEntityTooLargeException')
    }
    const head = 'POST /v1/clusters HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'
    const chunk = `${(requestBytesMax + 16).toString(16)}\r\n${'y'.repeat(requestBytesMax + 16)}\r\n`
    expect(await rawExchange(port, `${head}${chunk}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('answers in the shape of AWS what never becomes a request, and goes on', async () => {
    const port = await open()
    const head = 'GET / HTTP/1.1\r\nhost: x\r\n'
    const badRequest = (status: number) =>
      new RegExp(
        `^HTTP/1\\.1 ${status} [\\s\\S]*x-amzn-errortype: BadRequestException[\\s\\S]*"message":`,
        'i',
      )
    expect(await rawExchange(port, '\u0000\u0000\u0000\u0010not http\r\n\r\n')).toMatch(badRequest(400))
    expect(await rawExchange(port, `${head}a: ${'b'.repeat(20_000)}\r\n\r\n`)).toMatch(badRequest(431))
    expect(await rawExchange(port, `${head}expect: foo\r\n\r\n`)).toMatch(badRequest(417))
    expect((await fetch(`http://127.0.0.1:${port}/v1/clusters`)).status).toBe(403)
  })
})
