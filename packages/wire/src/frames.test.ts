import { describe, expect, it } from 'vitest'
import { DecodeError } from './codec-errors.ts'
import { encodeRequestFrame, encodeResponseFrame } from './frame.ts'
import { decodeRequestHeader, decodeResponseHeader, encodeRequestHeader } from './header.ts'
import { Reader } from './reader.ts'
import { ApiVersions } from './schema/18-api-versions.ts'
import { Heartbeat } from './schema/12-heartbeat.ts'
import { Writer } from './writer.ts'

/** Hexadecimal digits may be spaced for the reader. */
const packed = (digits: string) => digits.replaceAll(' ', '')

describe('frames', () => {
  it.each([
    [0, 1],
    [4, 2],
  ])('carry a Heartbeat request of version %i under header version %i', (version, headerVersion) => {
    const request = { groupId: 'g', generationId: 3, memberId: 'm' }
    const frame = encodeRequestFrame(Heartbeat, version, 42, 'client', request)
    const reader = new Reader(frame)
    expect(reader.int32()).toBe(frame.length - 4)
    expect(decodeRequestHeader(reader)).toEqual({
      requestApiKey: 12,
      requestApiVersion: version,
      correlationId: 42,
      clientId: 'client',
    })
    expect(Heartbeat.requestHeaderVersion(version)).toBe(headerVersion)
    expect(Heartbeat.request.decode(reader, version)).toMatchObject(request)
    expect(reader.remaining).toBe(0)
  })

  it('carry a response under the header version that its API names', () => {
    const frame = encodeResponseFrame(Heartbeat, 4, 7, { errorCode: 27 })
    expect(frame.toString('hex')).toBe(packed('0000000c 00000007 00 00000000 001b 00'))
  })

  it('answer ApiVersions with the oldest response header at every version', () => {
    const frame = encodeResponseFrame(ApiVersions, 3, 7, {})
    const reader = new Reader(frame, 4)
    expect(decodeResponseHeader(reader, ApiVersions.responseHeaderVersion(3))).toBe(7)
    expect(ApiVersions.response.decode(reader, 3).errorCode).toBe(0)
    expect(reader.remaining).toBe(0)
  })
})

describe('a request header', () => {
  it('may have no client id', () => {
    const reader = new Reader(encodeRequestFrame(Heartbeat, 4, 1, null, {}), 4)
    expect(decodeRequestHeader(reader).clientId).toBeNull()
  })

  it('is readable for a version from the future', () => {
    const writer = new Writer()
    const header = { requestApiKey: 18, requestApiVersion: 99, correlationId: 5, clientId: 'new' }
    encodeRequestHeader(writer, header, 2)
    const reader = new Reader(writer.finish())
    expect(decodeRequestHeader(reader)).toEqual(header)
    expect(reader.remaining).toBe(0)
  })

  it('is readable for an API that does not exist', () => {
    const reader = new Reader(Buffer.from(packed('03e7 0000 00000001 ffff'), 'hex'))
    expect(decodeRequestHeader(reader)).toMatchObject({ requestApiKey: 999, correlationId: 1 })
  })

  it('may carry tagged fields that we do not know', () => {
    const reader = new Reader(Buffer.from(packed('000c000400000001000163 0105026869 ff'), 'hex'))
    expect(decodeRequestHeader(reader).clientId).toBe('c')
    expect(reader.remaining).toBe(1)
  })

  it('is refused when it is cut off', () => {
    const frame = encodeRequestFrame(Heartbeat, 4, 1, 'client', {})
    for (let length = 4; length < 21; length++)
      expect(() => decodeRequestHeader(new Reader(frame, 4, length))).toThrow(DecodeError)
  })
})
