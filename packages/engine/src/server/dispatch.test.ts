import {
  type Api,
  ApiVersions,
  decodeResponseHeader,
  encodeRequestFrame,
  encodeResponseFrame,
  ErrorCode,
  Heartbeat,
  inVersions,
  Metadata,
  Produce,
  Reader,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeAnswer } from './answer.ts'
import { handlers } from '../broker/api-table.ts'
import { TestBroker } from '../broker/testing/test-broker.ts'

let test: TestBroker
beforeEach(async () => {
  test = await new TestBroker().open()
})
afterEach(() => test.close())

/** The frame with its header's version replaced. */
function asVersion(frame: Buffer, version: number): Buffer {
  frame.writeInt16BE(version, 6)
  return frame
}

const metadataFrame = () => encodeRequestFrame(Metadata, 9, 1, 'client', { topics: [] })

describe('dispatch', () => {
  it('closes the connection on an API that is not served, as on Apache Kafka', async () => {
    const frame = metadataFrame()
    frame.writeInt16BE(999, 4)
    const client = await test.connect()
    await expect(client.sendFrame(frame)).rejects.toThrow()
  })

  it('closes the connection on a version that is not served', async () => {
    const client = await test.connect()
    await expect(client.sendFrame(asVersion(metadataFrame(), 999))).rejects.toThrow()
    // Advertised for older librdkafka, and not served (KAFKA-18659).
    const produce = encodeRequestFrame(Produce, 3, 1, 'client', { acks: 1 })
    await expect((await test.connect()).sendFrame(asVersion(produce, 2))).rejects.toThrow()
  })

  it('tells a newer client in version 0 which versions of ApiVersions are served', async () => {
    const client = await test.connect()
    const frame = encodeRequestFrame(ApiVersions, 4, 77, 'client', {})
    const reader = new Reader(await client.sendFrame(asVersion(frame, 99)))
    expect(decodeResponseHeader(reader, 0)).toBe(77)
    const answer = ApiVersions.response.decode(reader, 0)
    expect(answer.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION)
    expect(answer.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 5 }])
  })

  it('closes the connection on a header and on a body that end too early', async () => {
    const whole = metadataFrame()
    for (const length of [13, 17, whole.length - 1]) {
      const cut = Buffer.from(whole.subarray(0, length))
      cut.writeInt32BE(length - 4, 0)
      const client = await test.connect()
      await expect(client.sendFrame(cut), `${length} bytes`).rejects.toThrow()
    }
  })

  it('reads headers without a client id and with tagged fields that it does not know', async () => {
    const none = encodeRequestFrame(Heartbeat, 4, 5, null, { groupId: 'g' })
    // The header's empty list of tagged fields becomes one of tag 1 with two bytes.
    const tagged = Buffer.concat([
      none.subarray(0, 14),
      Buffer.from([1, 1, 2, 0xca, 0xfe]),
      none.subarray(15),
    ])
    tagged.writeInt32BE(tagged.length - 4, 0)
    for (const frame of [none, tagged]) {
      const reader = new Reader(await (await test.connect()).sendFrame(frame))
      expect(decodeResponseHeader(reader, 1)).toBe(5)
      expect(Heartbeat.response.decode(reader, 4).errorCode).not.toBe(ErrorCode.NONE)
    }
  })
})

describe('the frame of an answer', () => {
  const decoded = (api: Api, version: number, frame: Buffer) => {
    const reader = new Reader(frame, 4)
    decodeResponseHeader(reader, api.responseHeaderVersion(version))
    return api.response.decode(reader, version)
  }
  const hasPlace = (api: Api, version: number) =>
    api.response.shape.fields.some(
      ({ name, versions }) => name === 'throttleTimeMs' && inVersions(versions, version),
    )

  it('carries the throttle time wherever the schema has a place for it, and changes nothing else', () => {
    let places = 0
    for (const { api, minVersion, maxVersion } of handlers.values())
      for (let apiVersion = minVersion; apiVersion <= maxVersion; apiVersion++) {
        const of = (throttleTimeMs: number) =>
          encodeAnswer(api, { apiVersion, correlationId: 9, settle: () => throttleTimeMs }, {})
        expect(of(0)).toEqual(encodeResponseFrame(api, apiVersion, 9, {}))
        const throttled = hasPlace(api, apiVersion) ? { throttleTimeMs: 800 } : {}
        if ('throttleTimeMs' in throttled) places++
        const expected = { ...decoded(api, apiVersion, of(0)), ...throttled }
        expect(decoded(api, apiVersion, of(800)), `${api.name} ${apiVersion}`).toEqual(expected)
      }
    expect(places).toBeGreaterThan(100)
  })
})
