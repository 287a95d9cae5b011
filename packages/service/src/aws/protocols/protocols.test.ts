import { AwsJson1_1Protocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import * as sdk from '@aws-sdk/nested-clients/sts'
import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/nested-clients/sts'
import { silentLogger, systemClock, systemRandom } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { testIdentities } from '../../iam/testing/identities.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { AwsEndpoint } from '../endpoint.ts'
import { AwsException } from '../exceptions.ts'
import { parseServiceSchema } from '../schema.ts'
import type { AwsService, Handler } from '../service.ts'
import { credentials, portless } from '../testing/test-service.ts'
import { decodeCbor, encodeCbor, Tagged } from './cbor-values.ts'

/*
 * A small service, STS with a member of every type, in every protocol but rest-json, which MSK has: the official client
 * of STS can be told to speak all of them but the oldest CBOR.
 */

const generator = new URL('../../../../../scripts/generate-aws-schemas.mjs', import.meta.url).href
const { describeService } = await import(/* @vite-ignore */ generator)
const { operations, structures } = describeService(sdk) as { operations: string[]; structures: string[] }
const schema = parseServiceSchema({
  operations: [...operations, 'Nothing POST / 200 - -'].join('\n'),
  structures: [
    ...structures.map((line) =>
      /^AssumeRole(Request|Response) /.test(line) ? `${line} Extra=:Extra` : line,
    ),
    'Extra Bytes=:blob At=:timestamp Flag=:boolean Names=:{string} Places=:{[number]} Deeper=:Extra',
  ].join('\n'),
})

/** What came in, and what goes out. */
class Sts {
  readonly inputs: unknown[] = []
  outcome: () => object = () => ({})

  readonly service: AwsService = {
    signingName: 'sts',
    protocols: ['query', 'json-1.1', 'cbor-1.1', 'rpc-v2-cbor'],
    schema,
    handlers: new Map<string, Handler>([
      [
        'AssumeRole',
        (input: never) => {
          this.inputs.push(input)
          return this.outcome()
        },
      ],
      ['Nothing', () => {}],
    ]),
    constrain: () => {},
    badInput: (message) => new AwsException('ValidationError', 400, message),
    targetPrefix: 'AWSSecurityTokenServiceV20110615',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  }

  readonly #endpoint: AwsEndpoint

  constructor({ acceptAnySignature = false } = {}) {
    const effects = { clock: systemClock(), random: systemRandom(), logger: silentLogger }
    const identities = testIdentities({ ownerKey: credentials })
    const options = { identities, audit: () => {}, acceptAnySignature, ...effects }
    this.#endpoint = new AwsEndpoint({ services: [this.service], ...options })
  }

  async handle({ body, ...head }: HttpRequest): Promise<HttpResponse> {
    const verdict = this.#endpoint.admit(head)
    return 'refusal' in verdict ? verdict.refusal : verdict.answer(body)
  }

  /** The official client, without a port. */
  client(config: Partial<STSClientConfig>): STSClient {
    return new STSClient({
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:9081',
      credentials,
      maxAttempts: 1,
      requestHandler: portless((request) => this.handle(request)),
      protocolSettings: {
        defaultNamespace: 'com.amazonaws.sts',
        version: '2011-06-15',
        serviceTarget: 'AWSSecurityTokenServiceV20110615',
      },
      ...config,
    })
  }
}

const at = new Date('2026-11-28T03:04:05.000Z')
const answered = {
  Credentials: { AccessKeyId: 'A', SecretAccessKey: 'S', SessionToken: '<&>"é\n', Expiration: at },
  AssumedRoleUser: { AssumedRoleId: 'id', Arn: 'arn:x' },
  PackedPolicySize: 6,
}
const asked = {
  RoleArn: 'arn:aws:iam::000000000000:role/a b&c',
  RoleSessionName: 'é',
  DurationSeconds: 900,
  PolicyArns: [{ arn: 'one' }, { arn: 'two' }],
  Tags: [{ Key: 'k', Value: 'v' }],
  TransitiveTagKeys: Array.from({ length: 12 }, (_, n) => `key ${n}`),
}

describe.each<[string, Partial<STSClientConfig>]>([
  ['query', {}],
  ['json-1.1', { protocol: AwsJson1_1Protocol as never }],
  ['rpc-v2-cbor', { protocol: AwsSmithyRpcV2CborProtocol as never }],
])('the official client over %s', (_name, config) => {
  it('is understood, and understands', async () => {
    const sts = new Sts()
    sts.outcome = () => answered
    expect(await sts.client(config).send(new AssumeRoleCommand(asked))).toMatchObject(answered)
    expect(sts.inputs).toEqual([asked])
  })

  it('sends empty lists, and takes answers in which everything is absent', async () => {
    const sts = new Sts()
    const input = { RoleArn: 'a', RoleSessionName: 'b', Tags: [] }
    expect(await sts.client(config).send(new AssumeRoleCommand(input))).not.toHaveProperty(
      'Credentials.Expiration',
    )
    expect(sts.inputs).toEqual([input])
  })

  it('hears exceptions by name: of the operation, its input, its signature, and of our bugs', async () => {
    const sts = new Sts()
    const send = (input: object, more: Partial<STSClientConfig> = {}) =>
      sts.client({ ...config, ...more }).send(new AssumeRoleCommand(input as never))
    sts.outcome = () => {
      throw new AwsException('ExpiredTokenException', 400, 'It <was> valid.')
    }
    await expect(send(asked)).rejects.toMatchObject({
      name: 'ExpiredTokenException',
      message: 'It <was> valid.',
      $metadata: { httpStatusCode: 400 },
    })
    await expect(send({ RoleArn: 'a' })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The parameter RoleSessionName is required.',
    })
    const wrong = { ...credentials, secretAccessKey: 'wrong' }
    await expect(send(asked, { credentials: wrong })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    })
    const unknown = { ...credentials, accessKeyId: 'AKNOBODY' }
    await expect(send(asked, { credentials: unknown })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
    sts.outcome = () => {
      throw new TypeError('a bug')
    }
    await expect(send(asked)).rejects.toMatchObject({ name: 'InternalServerErrorException' })
  })
})

/** A form does not say whose it is; the scope of its signature, which nobody checks here, does. */
const formOfSts: [string, string][] = [
  ['content-type', 'application/x-www-form-urlencoded'],
  ['x-amz-date', '20261128T030405Z'],
  [
    'authorization',
    `AWS4-HMAC-SHA256 Credential=x/20261128/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  ],
]

const targeted = (contentType: string, operation = 'AssumeRole'): [string, string][] => [
  ['Content-Type', contentType],
  ['X-Amz-Target', `AWSSecurityTokenServiceV20110615.${operation}`],
]

const rpcV2: [string, string][] = [['smithy-protocol', 'rpc-v2-cbor']]
const rpcPath = (operation: string) => `/service/AWSSecurityTokenServiceV20110615/operation/${operation}`

async function exchange(
  headers: [string, string][],
  body: string | Buffer,
  target = '/',
  output: object = {},
) {
  const sts = new Sts({ acceptAnySignature: true })
  sts.outcome = () => output
  const answer = await sts.handle({ method: 'POST', target, headers, body: Buffer.from(body as string) })
  return { inputs: sts.inputs, answer }
}

describe('a value of every type', () => {
  const rest = { RoleArn: 'a', RoleSessionName: 'b' }
  const names = Object.fromEntries([
    ['a', 'x'],
    ['__proto__', 'y'],
  ])
  const extra = { Bytes: Buffer.from([0, 255]), At: at, Flag: true, Names: names, Places: { p: [1, -2.5] } }
  const whole = { ...rest, Extra: extra }
  const output = { Extra: extra }
  const inText = { ...extra, Bytes: 'AP8=' }

  it('stands in JSON 1.1', async () => {
    const json = { ...inText, At: at.getTime() / 1_000 }
    const body = JSON.stringify({ ...rest, Extra: json })
    const { inputs, answer } = await exchange(
      targeted('application/x-amz-json-1.1; charset=utf-8'),
      body,
      '/',
      output,
    )
    expect(inputs).toEqual([whole])
    expect(JSON.parse(String(answer.body))).toEqual({ Extra: json })
  })

  it('stands in the CBOR of old, with times in milliseconds', async () => {
    const cbor = { ...extra, At: new Tagged(1, at.getTime()) }
    const body = encodeCbor({ ...rest, Extra: cbor })
    const { inputs, answer } = await exchange(targeted('application/x-amz-cbor-1.1'), body, '/', output)
    expect(inputs).toEqual([whole])
    expect(answer.headers['content-type']).toBe('application/x-amz-cbor-1.1')
    expect(decodeCbor(answer.body)).toEqual({ Extra: cbor })
  })

  it('stands in RPC v2 CBOR, with times in seconds', async () => {
    const cbor = { ...extra, At: new Tagged(1, at.getTime() / 1_000) }
    const body = encodeCbor({ ...rest, Extra: cbor })
    const { inputs, answer } = await exchange(rpcV2, body, rpcPath('AssumeRole'), output)
    expect(inputs).toEqual([whole])
    expect(answer.headers['smithy-protocol']).toBe('rpc-v2-cbor')
    expect(decodeCbor(answer.body)).toEqual({ Extra: cbor })
  })

  it('stands in a form and in XML, in the order of the numbers', async () => {
    const form = new URLSearchParams([
      ['Action', 'AssumeRole'],
      ...Object.entries(rest),
      ['Extra.Bytes', 'AP8='],
      ['Extra.At', at.toISOString()],
      ['Extra.Flag', 'true'],
      ['Extra.Places.entry.1.value.member.10', '-2.5'],
      ['Extra.Places.entry.1.value.member.9', '1'],
      ['Extra.Places.entry.1.key', 'p'],
      ['Extra.Names.entry.1.key', 'a'],
      ['Extra.Names.entry.1.value', 'x'],
      ['Extra.Names.entry.2.key', '__proto__'],
      ['Extra.Names.entry.2.value', 'y'],
    ])
    const { inputs, answer } = await exchange(formOfSts, form.toString(), '/', output)
    expect(inputs).toEqual([whole])
    expect(String(answer.body)).toContain(
      '<AssumeRoleResult><Extra><Bytes>AP8=</Bytes><At>2026-11-28T03:04:05.000Z</At><Flag>true</Flag>' +
        '<Names><entry><key>a</key><value>x</value></entry><entry><key>__proto__</key><value>y</value></entry></Names>' +
        '<Places><entry><key>p</key><value><member>1</member><member>-2.5</member></value></entry></Places>' +
        '</Extra></AssumeRoleResult>',
    )
  })
})

describe('an operation without input and output', () => {
  it('is answered in every protocol', async () => {
    const json = await exchange(targeted('application/x-amz-json-1.1', 'Nothing'), '{}')
    expect(json.answer).toMatchObject({ status: 200, body: Buffer.alloc(0) })
    const cbor = await exchange(targeted('application/x-amz-cbor-1.1', 'Nothing'), '')
    expect(cbor.answer).toMatchObject({ status: 200, body: Buffer.alloc(0) })
    const rpc = await exchange(rpcV2, '', rpcPath('Nothing'))
    expect(rpc.answer).toMatchObject({ status: 200, body: Buffer.alloc(0) })
    const form = await exchange(formOfSts, 'Action=Nothing&Version=2011-06-15')
    expect(String(form.answer.body)).toMatch(
      /^<NothingResponse xmlns="https:[^"]*"><ResponseMetadata><RequestId>[0-9a-f-]+<.RequestId><.ResponseMetadata><.NothingResponse>$/,
    )
  })
})

describe('a request that is wrong', () => {
  const deep = `Extra${'.Deeper'.repeat(100)}.Flag=true`

  it.each<[string, [string, string][], string | Buffer, string]>([
    ['no JSON', targeted('application/x-amz-json-1.1'), '{', 'not valid JSON'],
    ['a JSON list', targeted('application/x-amz-json-1.1'), '[]', 'must be a JSON object'],
    ['no CBOR', targeted('application/x-amz-cbor-1.1'), Buffer.from([0xbf]), 'not valid CBOR'],
    ['a CBOR list', targeted('application/x-amz-cbor-1.1'), Buffer.from([0x80]), 'must be a CBOR map'],
    ['deep', formOfSts, `Action=AssumeRole&RoleArn=a&RoleSessionName=b&${deep}`, 'nested too deeply'],
    [
      'no number',
      formOfSts,
      'Action=AssumeRole&RoleArn=a&RoleSessionName=b&DurationSeconds=x',
      'must be a number',
    ],
    [
      'no time',
      targeted('application/x-amz-json-1.1'),
      '{"RoleArn":"a","RoleSessionName":"b","Extra":{"At":"noon"}}',
      'a number of seconds since 1970',
    ],
    [
      'a time after the last day that there is',
      targeted('application/x-amz-json-1.1'),
      '{"RoleArn":"a","RoleSessionName":"b","Extra":{"At":1e300}}',
      'a number of seconds since 1970',
    ],
    [
      'a time that is no number',
      targeted('application/x-amz-cbor-1.1'),
      encodeCbor({ RoleArn: 'a', RoleSessionName: 'b', Extra: { At: new Tagged(1, Number.NaN) } }),
      'must be a timestamp',
    ],
  ])('because it is %s says so', async (_what, headers, body, sentence) => {
    const { answer, inputs } = await exchange(headers, body)
    expect(answer.status).toBe(400)
    expect(String(answer.body)).toContain('ValidationError')
    expect(String(answer.body)).toContain(sentence)
    expect(inputs).toEqual([])
  })

  it('because it is no POST is no operation', async () => {
    for (const [headers, target] of [
      [targeted('application/x-amz-json-1.1', 'Nothing'), '/'],
      [targeted('application/x-amz-cbor-1.1', 'Nothing'), '/'],
      [rpcV2, rpcPath('Nothing')],
    ] as [[string, string][], string][]) {
      const sts = new Sts({ acceptAnySignature: true })
      const answer = await sts.handle({ method: 'GET', target, headers, body: Buffer.alloc(0) })
      expect([answer.status, String(answer.body)]).toEqual([
        404,
        expect.stringContaining('UnknownOperationException'),
      ])
    }
  })

  it('because no operation has its name says so', async () => {
    for (const [headers, body, target] of [
      [targeted('application/x-amz-json-1.1', 'Nobody'), '{}', '/'],
      [targeted('application/x-amz-cbor-1.1', 'Nobody'), '', '/'],
      [[['content-type', 'application/x-amz-json-1.1']], '{}', '/'],
      [rpcV2, '', rpcPath('Nobody')],
      [rpcV2, '', '/service/Another/operation/AssumeRole'],
      [formOfSts, 'Version=2011-06-15', '/'],
      [[], '', '/'],
    ] as [[string, string][], string, string][]) {
      const { answer } = await exchange(headers, body, target)
      expect(answer.status).toBe(404)
      expect(String(answer.body)).toContain('UnknownOperationException')
    }
  })
})
