import { CreateClusterCommand, ListClustersCommand } from '@aws-sdk/client-kafka'
import * as sdk from '@aws-sdk/client-kafka'
import { describe, expect, it } from 'vitest'
import { mskOperations } from '../support.ts'
import { AwsException } from './exceptions.ts'
import { mskService } from './msk/service.ts'
import type { Services } from './msk/services.ts'
import { parseServiceSchema } from './schema.ts'
import * as kafka from './schemas/kafka.generated.ts'
import type { AwsService } from './service.ts'
import { SigV4 } from './sigv4.ts'
import { credentials, provisioned, startTestService } from './testing/test-service.ts'

const arn = 'arn:aws:kafka:us-east-1:000000000000:cluster/x/6d8b5f5e-1111-4222-8333-944444444444-1'

describe('an operation of AWS that is not implemented', () => {
  it('says so once, and the SDK does not try again', async () => {
    const nothing = { ...mskService({} as Services), handlers: new Map() }
    const service = await startTestService({ services: [nothing] })
    const client = service.client()
    await expect(client.send(new ListClustersCommand({}))).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: 'ListClusters is not implemented yet in Sluice.',
      $metadata: { httpStatusCode: 501, attempts: 1 },
    })
    expect(service.sent).toHaveLength(1)
  })

  it('is every one that is not served: the SDK finds a route for each of its commands', async () => {
    const service = await startTestService()
    const client = service.client({ maxAttempts: 1 })
    const served = new Set<string>()
    const unserved = new Set<string>()
    // Enough for every path and query of the model.
    const input = {
      ClusterArn: arn,
      Arn: arn,
      ResourceArn: arn,
      ReplicatorArn: arn,
      ChannelArn: arn,
      ClusterOperationArn: arn,
      VpcConnectionArn: arn,
      TopicName: 'topic',
      Revision: 1,
      TagKeys: ['a'],
      Tags: { a: 'b' },
    }
    const operations = parseServiceSchema(kafka).operations
    expect(operations).toHaveLength(64)
    for (const { name } of operations) {
      const Command = (sdk as unknown as Record<string, new (input: object) => never>)[`${name}Command`]
      if (!Command) throw new Error(`the SDK has no ${name}Command`)
      const error = await client.send(new Command(input)).then(
        () => undefined,
        (failure: Error) => failure,
      )
      expect(error?.name).not.toBe('UnknownOperationException')
      if (error?.name === 'NotImplementedException') {
        unserved.add(name)
        expect(error.message).toBe(`${name} is not implemented yet in Sluice.`)
      } else served.add(name)
    }
    const told = mskOperations().filter((operation) => operation.served)
    expect([...served].sort()).toEqual(told.map(({ name }) => name).sort())
    expect(unserved.size).toBe(64 - told.length)
  })
})

describe('signatures', () => {
  const refusal = (name: string) => ({ name, $metadata: { httpStatusCode: 403 } })

  it('of another secret, key or region are refused', async () => {
    const service = await startTestService()
    const list = (config: object) =>
      service.client({ maxAttempts: 1, ...config }).send(new ListClustersCommand({}))
    await expect(list({ credentials: { ...credentials, secretAccessKey: 'wrong' } })).rejects.toMatchObject(
      refusal('InvalidSignatureException'),
    )
    await expect(list({ credentials: { ...credentials, accessKeyId: 'AKNOBODY' } })).rejects.toMatchObject(
      refusal('UnrecognizedClientException'),
    )
    await expect(list({ credentials: { ...credentials, sessionToken: 'x' } })).rejects.toMatchObject(
      refusal('UnrecognizedClientException'),
    )
    await expect(list({ region: 'eu-west-1' })).rejects.toMatchObject(refusal('InvalidSignatureException'))
    await expect(list({})).resolves.toMatchObject({ ClusterInfoList: [] })
  })

  it('are looked at before the operation', async () => {
    const service = await startTestService()
    const { status, headers } = await service.handle({
      method: 'GET',
      target: '/no/such/path',
      headers: [],
      body: Buffer.alloc(0),
    })
    expect(status).toBe(403)
    expect(headers['x-amzn-errortype']).toBe('MissingAuthenticationTokenException')
  })

  it('may be anything in the development mode', async () => {
    const service = await startTestService({ acceptAnySignature: true })
    const client = service.client({ credentials: { accessKeyId: 'any', secretAccessKey: 'thing' } })
    await expect(client.send(new ListClustersCommand({}))).resolves.toMatchObject({ ClusterInfoList: [] })
    const unsigned = await service.handle({
      method: 'GET',
      target: '/v1/clusters',
      headers: [],
      body: Buffer.alloc(0),
    })
    expect(unsigned.status).toBe(200)
  })
})

describe('one address for two services', () => {
  /** Both have the same path, and answer with their own names. */
  const service = (signingName: string, path: string): AwsService => ({
    signingName,
    protocols: ['rest-json'],
    schema: parseServiceSchema({
      operations: `Name GET /name 200 - Answer\nOwn GET ${path} 200 - Answer\n`,
      structures: 'Answer Name:string',
    }),
    handlers: new Map(['Name', 'Own'].map((name) => [name, () => ({ Name: signingName })])),
    constrain: () => {},
    badInput: (message) => new AwsException('Invalid', 400, message),
  })
  const services = [service('one', '/one'), service('two', '/two')]

  const get = async (target: string, signedFor: string | null) => {
    const acceptAnySignature = signedFor === null
    const test = await startTestService({ services, acceptAnySignature })
    const unsigned = {
      method: 'GET',
      target,
      headers: [['host', 'x']] as [string, string][],
      body: Buffer.alloc(0),
    }
    const scope = { region: 'us-east-1', service: signedFor ?? '' }
    const signature: Record<string, string> = acceptAnySignature
      ? {}
      : new SigV4().sign(unsigned, credentials, scope, Date.now())
    const { body } = await test.handle({
      ...unsigned,
      headers: [...unsigned.headers, ...Object.entries(signature)],
    })
    const { name, __type: type } = JSON.parse(String(body))
    return name ?? type
  }

  it('serves the one that a request is signed for, and never another', async () => {
    expect(await get('/name', 'one')).toBe('one')
    expect(await get('/name', 'two')).toBe('two')
    expect(await get('/two', 'two')).toBe('two')
    expect(await get('/one', 'two')).toBe('UnknownOperationException')
    expect(await get('/name', 'three')).toBe('InvalidSignatureException')
  })

  it('goes by the path where nobody has to sign', async () => {
    expect(await get('/one', null)).toBe('one')
    expect(await get('/two', null)).toBe('two')
    expect(await get('/three', null)).toBe('UnknownOperationException')
  })
})

describe('requests without an SDK', () => {
  const open = () => startTestService({ acceptAnySignature: true })
  const ask = async (method: string, target: string, body: string | Buffer = '') => {
    const service = await open()
    const answer = await service.handle({ method, target, headers: [], body: Buffer.from(body) })
    return {
      status: answer.status,
      type: answer.headers['x-amzn-errortype'],
      requestId: answer.headers['x-amzn-requestid'],
      json: answer.body.length === 0 ? null : JSON.parse(String(answer.body)),
    }
  }

  it('answer errors in the shape of AWS', async () => {
    const answer = await ask('POST', '/v1/clusters', '{"clusterName":"a","kafkaVersion":"x"}')
    expect(answer).toMatchObject({
      status: 400,
      type: 'BadRequestException',
      json: { invalidParameter: 'brokerNodeGroupInfo', message: expect.any(String) },
    })
    expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each([
    ['no JSON', '{"clusterName":'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a number where an object belongs', '{"clusterName":"a","brokerNodeGroupInfo":7}'],
    ['a list where an object belongs', '{"clusterName":"a","brokerNodeGroupInfo":[]}'],
    ['a prototype', '{"__proto__":{"clusterName":"a"}}'],
    ['nesting without end', `${'['.repeat(100_000)}`],
  ])('with a body that is %s are bad requests', async (_what, body) => {
    expect(await ask('POST', '/v1/clusters', body)).toMatchObject({
      status: 400,
      type: 'BadRequestException',
    })
  })

  it('with a body that is said to be something else than JSON are refused before it is read', async () => {
    const service = await open()
    const post = async (type: string, body = '{"clusterName":"a"}') => {
      const headers = [['Content-Type', type]] as const
      const request = { method: 'POST', target: '/v1/clusters', headers, body: Buffer.from(body) }
      const { status, headers: answered } = await service.handle(request)
      return [status, answered['x-amzn-errortype']]
    }
    for (const type of ['application/xml', 'text/plain', 'application/x-www-form-urlencoded'])
      expect(await post(type)).toEqual([415, 'UnsupportedMediaTypeException'])
    expect(await post('Application/JSON; charset=utf-8')).toEqual([400, 'BadRequestException'])
    expect(await post('application/xml', '')).toEqual([400, 'BadRequestException'])
  })

  it('may hold members that the model does not know, and nulls', async () => {
    const [encryption, group] = [
      { encryptionInTransit: { clientBroker: 'PLAINTEXT', later: 1 } },
      { clientSubnets: ['a', 'b'], instanceType: 'kafka.t3.small', storageInfo: null },
    ]
    const answer = await ask(
      'POST',
      '/v1/clusters',
      JSON.stringify({
        clusterName: 'a',
        kafkaVersion: '4.4.x.kraft',
        numberOfBrokerNodes: 2,
        brokerNodeGroupInfo: group,
        encryptionInfo: encryption,
        openMonitoring: null,
        somethingNew: { a: [1] },
      }),
    )
    expect(answer).toMatchObject({ status: 200, json: { state: 'CREATING' } })
  })

  it('find a cluster by an ARN with encoded and with plain slashes', async () => {
    for (const path of [encodeURIComponent(arn), arn, arn.replaceAll('/', '%2F')])
      for (const rest of ['', '/nodes', '/bootstrap-brokers'])
        expect(await ask('GET', `/v1/clusters/${path}${rest}`)).toMatchObject({
          status: 404,
          type: 'NotFoundException',
        })
  })

  it('of an unknown path or method, or with a broken encoding, are no operation', async () => {
    for (const [method, path] of [
      ['GET', '/v2/clusters'],
      ['PATCH', '/v1/clusters'],
      ['GET', '/v1/clusters/%zz'],
      ['GET', '//'],
      ['GET', '/'],
      ['OPTIONS', '*'],
    ] as const)
      expect(await ask(method, path)).toMatchObject({ status: 404, type: 'UnknownOperationException' })
  })

  it('with a query that is no number are bad requests', async () => {
    expect(await ask('GET', '/v1/clusters?maxResults=ten')).toMatchObject({
      status: 400,
      json: { invalidParameter: 'maxResults' },
    })
  })

  it('leave out what is absent in the answer, and give times as ISO 8601', async () => {
    const service = await open()
    await service.client().send(new CreateClusterCommand(provisioned('a')))
    const { body } = await service.handle({
      method: 'GET',
      target: '/v1/clusters',
      headers: [],
      body: Buffer.alloc(0),
    })
    const [cluster] = JSON.parse(String(body)).clusterInfoList
    expect(cluster.creationTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(String(body)).not.toContain('null')
    expect(cluster).not.toHaveProperty('clientAuthentication')
  })
})
