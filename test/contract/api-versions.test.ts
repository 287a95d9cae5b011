import { readFileSync } from 'node:fs'
import { ApiVersions, DescribeCluster, encodeRequestFrame, ErrorCode, Metadata, Reader } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { versionsOf } from './fixture.ts'
import { Peer } from './peer.ts'

/** What issue by issue is promised; the broker may serve more. */
const promised = [
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 32, 33, 35, 37, 42, 44, 47, 60, 61,
  74, 75, 43, 45, 46, 55, 57, 64, 94,
]

interface Facts {
  broker: { apis: { key: number; name: string; min: number; max: number }[] }
}
const facts: Facts = JSON.parse(
  readFileSync(new URL('../data/kafka-messages/api-versions.json', import.meta.url), 'utf8'),
)

const software = { clientSoftwareName: 'contract', clientSoftwareVersion: '1.0' }

describe('ApiVersions', () => {
  let engine: Engine
  let peer: Peer
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  /** From version 3 on a client names itself. */
  const ask = (version: number, more: object = {}) =>
    peer.send(ApiVersions, version, version >= 3 ? { ...software, ...more } : {})

  it.each(versionsOf(ApiVersions))(
    "lists the promised APIs at the release's versions, version %i",
    async (version) => {
      const response = await ask(version)
      expect(response.errorCode).toBe(0)
      const served = response.apiKeys.filter((api) => promised.includes(api.apiKey))
      const expected = facts.broker.apis.filter((api) => promised.includes(api.key))
      expect(served.map((api) => [api.apiKey, api.minVersion, api.maxVersion])).toEqual(
        expected.map((api) => [api.key, api.min, api.max]),
      )
    },
  )

  it('serves no API that the release does not have, and none twice', async () => {
    const response = await ask(3)
    const known = new Map(facts.broker.apis.map((api) => [api.key, api]))
    for (const api of response.apiKeys) {
      const fact = known.get(api.apiKey)
      expect(fact, `API ${api.apiKey}`).toBeDefined()
      expect(api.minVersion).toBeGreaterThanOrEqual(fact?.min ?? 0)
      expect(api.maxVersion).toBeLessThanOrEqual(fact?.max ?? 0)
    }
    expect(new Set(response.apiKeys.map((api) => api.apiKey)).size).toBe(response.apiKeys.length)
  })

  it('answers an unknown version in version 0 with error 35 and its own versions', async () => {
    const frame = encodeRequestFrame(ApiVersions, 5, 77, 'contract', software)
    frame.writeInt16BE(99, 6)
    const answer = await peer.exchange(frame)
    expect(answer.readInt32BE(0)).toBe(77)
    const body = new Reader(answer.subarray(4))
    const response = ApiVersions.response.decode(body, 0)
    expect(body.remaining).toBe(0)
    expect(response.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION)
    expect(response.apiKeys).toEqual([expect.objectContaining({ apiKey: 18, minVersion: 0, maxVersion: 5 })])
    // The connection lives on.
    expect((await ask(3)).errorCode).toBe(0)
  })

  it.each([3, 4, 5])('refuses a client software name with a space, version %i', async (version) => {
    const response = await ask(version, { clientSoftwareName: 'two words' })
    expect(response.errorCode).toBe(ErrorCode.INVALID_REQUEST)
  })

  it.each([3, 4, 5])('refuses an empty client software name, version %i', async (version) => {
    expect((await ask(version, { clientSoftwareName: '' })).errorCode).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('tells the features that it supports and those that are final', async () => {
    const early = await ask(3)
    expect(early.supportedFeatures.filter((feature) => feature.minVersion === 0)).toEqual([])
    const late = await ask(4)
    const supported = late.supportedFeatures.find((feature) => feature.name === 'metadata.version')
    expect(supported?.maxVersion).toBe(33)
    for (const final of late.finalizedFeatures) {
      const range = late.supportedFeatures.find((feature) => feature.name === final.name)
      expect(final.maxVersionLevel).toBeLessThanOrEqual(range?.maxVersion ?? -1)
    }
    const final = late.finalizedFeatures.find((feature) => feature.name === 'metadata.version')
    expect(final).toEqual({ name: 'metadata.version', minVersionLevel: 33, maxVersionLevel: 33 })
    expect(late.finalizedFeaturesEpoch).toBeGreaterThanOrEqual(0)
  })

  describe('version 5 checks the cluster and the node that the client means', () => {
    const identity = async () => {
      const { clusterId, brokers } = await peer.send(DescribeCluster, 0, {})
      return { clusterId, nodeId: brokers[0]?.brokerId ?? -1 }
    }

    it('lets the right pair pass', async () => {
      expect((await ask(5, await identity())).errorCode).toBe(0)
    })

    it('asks the client to start over where the cluster or the node is another', async () => {
      const right = await identity()
      expect((await ask(5, { ...right, clusterId: 'another' })).errorCode).toBe(
        ErrorCode.REBOOTSTRAP_REQUIRED,
      )
      expect((await ask(5, { ...right, nodeId: right.nodeId + 7 })).errorCode).toBe(
        ErrorCode.REBOOTSTRAP_REQUIRED,
      )
    })

    it('refuses one without the other', async () => {
      const right = await identity()
      expect((await ask(5, { clusterId: right.clusterId })).errorCode).toBe(ErrorCode.INVALID_REQUEST)
      expect((await ask(5, { nodeId: right.nodeId })).errorCode).toBe(ErrorCode.INVALID_REQUEST)
    })
  })

  it('is not needed before other requests', async () => {
    const other = await Peer.open(engine.bootstrap)
    expect((await other.send(Metadata, 1, { topics: [] })).brokers).toHaveLength(1)
    other.close()
  })
})
