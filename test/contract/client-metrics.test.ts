import {
  ErrorCode,
  GetTelemetrySubscriptions,
  IncrementalAlterConfigs,
  PushTelemetry,
  zeroUuid,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { byChance, eventually, uniqueName } from './fixture.ts'
import { Peer } from './peer.ts'

// No broker of these tests has a receiver: ApiVersions lists none of this (api-versions.test.ts), and it is answered.

const clientMetricsType = 16
const one = 'AAAAAAAAAAAAAAAAAAAAAQ'

let engine: Engine
let peer: Peer
beforeAll(async () => {
  // What one test subscribes to is for the clients of all.
  engine = await start({ isOwn: true })
  peer = await Peer.open(engine.bootstrap)
})
afterAll(async () => {
  peer.close()
  await engine.stop()
})

type Configs = Record<string, string | null>

async function configure(name: string, configs: Configs): Promise<number> {
  const { responses } = await peer.send(IncrementalAlterConfigs, 1, {
    resources: [
      {
        resourceType: clientMetricsType,
        resourceName: name,
        configs: Object.entries(configs).map(([key, value]) => ({
          name: key,
          configOperation: value === null ? 1 : 0,
          value,
        })),
      },
    ],
    validateOnly: false,
  })
  return responses[0]?.errorCode ?? -1
}

/** Ids of subscriptions are as good as chance. */
const ask = (clientInstanceId = zeroUuid) =>
  byChance(() => peer.send(GetTelemetrySubscriptions, 0, { clientInstanceId }))
type Subscribed = Awaited<ReturnType<typeof ask>>

async function push(
  { clientInstanceId, subscriptionId }: Pick<Subscribed, 'clientInstanceId' | 'subscriptionId'>,
  differing: { metrics?: Buffer; compressionType?: number; terminating?: boolean } = {},
): Promise<number> {
  const { errorCode } = await peer.send(PushTelemetry, 0, {
    ...{ clientInstanceId, subscriptionId, terminating: false, compressionType: 0 },
    metrics: Buffer.alloc(10),
    ...differing,
  })
  return errorCode
}

describe('GetTelemetrySubscriptions', () => {
  it('gives a client an id, and asks for nothing where there is no subscription', async () => {
    const answer = await ask()
    expect(answer.clientInstanceId).not.toBe(zeroUuid)
    expect(answer).toMatchObject({
      errorCode: ErrorCode.NONE,
      acceptedCompressionTypes: [4, 3, 1, 2],
      pushIntervalMs: 300_000,
      telemetryMaxBytes: 1_048_576,
      deltaTemporality: true,
      requestedMetrics: [],
    })
  })

  it('is refused within the interval', async () => {
    const { clientInstanceId } = await ask()
    expect((await ask(clientInstanceId)).errorCode).toBe(ErrorCode.THROTTLING_QUOTA_EXCEEDED)
  })

  it('gives what all subscriptions want that mean a client', async () => {
    const names = ['everybody', 'nobody', 'own'].map(uniqueName)
    const [everybody = '', nobody = '', own = ''] = names
    expect(await configure(everybody, { metrics: 'a.,b.', 'interval.ms': '60000' })).toBe(0)
    expect(await configure(nobody, { metrics: 'c.', match: 'client_software_name=nobody' })).toBe(0)
    expect(
      await configure(own, { metrics: 'd.', 'interval.ms': '1000', match: 'client_source_address=127.*' }),
    ).toBe(0)
    const answer = await eventually(async () => {
      const answered = await ask()
      return answered.requestedMetrics.length === 3 ? answered : undefined
    })
    expect([...answer.requestedMetrics].sort()).toEqual(['a.', 'b.', 'd.'])
    expect(answer.pushIntervalMs).toBe(1_000)
    for (const name of names)
      expect(await configure(name, { metrics: null, 'interval.ms': null, match: null })).toBe(0)
    await eventually(async () => ((await ask()).requestedMetrics.length === 0 ? true : undefined))
  })

  it.each(['client_id', 'client_id=', 'other=a', 'client_id=(', 'client_id=a=b'])(
    'refuses a subscription for %s',
    async (match) => {
      expect(await configure(uniqueName('match'), { match })).toBe(ErrorCode.INVALID_CONFIG)
    },
  )
})

describe('PushTelemetry', () => {
  it('is taken once in an interval, and once more where the client ends', async () => {
    const of = await ask()
    expect(await push(of)).toBe(ErrorCode.NONE)
    expect(await push(of)).toBe(ErrorCode.THROTTLING_QUOTA_EXCEEDED)
    expect(await push(of, { terminating: true })).toBe(ErrorCode.NONE)
    expect(await push(of, { terminating: true })).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('is refused with the id of other subscriptions, and the client may ask again at once', async () => {
    const of = await ask()
    expect(await push({ ...of, subscriptionId: of.subscriptionId + 1 })).toBe(
      ErrorCode.UNKNOWN_SUBSCRIPTION_ID,
    )
    expect((await ask(of.clientInstanceId)).errorCode).toBe(ErrorCode.NONE)
    expect((await ask(of.clientInstanceId)).errorCode).toBe(ErrorCode.THROTTLING_QUOTA_EXCEEDED)
  })

  it('is refused where it is too large, or compressed in no way that there is', async () => {
    expect(await push(await ask(), { metrics: Buffer.alloc(1_048_577) })).toBe(ErrorCode.TELEMETRY_TOO_LARGE)
    expect(await push(await ask(), { compressionType: 9 })).toBe(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE)
  })

  it.each([zeroUuid, one])('is refused of the client %s', async (clientInstanceId) => {
    expect(await push({ clientInstanceId, subscriptionId: 0 })).toBe(ErrorCode.INVALID_REQUEST)
  })
})
