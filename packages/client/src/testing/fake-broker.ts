import type { Listener, Network } from '@sluice/effects'
import {
  type Api,
  apiByKey,
  ApiVersions,
  decodeRequestHeader,
  encodeResponseFrame,
  Reader,
  type RequestHeader,
} from '@sluice/wire'
import { FrameReader } from '../frame-reader.ts'

export interface SeenRequest {
  header: RequestHeader
  api: Api
  request: unknown
}

/** Bytes to send, null for no answer, 'close' to hang up. */
export type Answer = Buffer | null | 'close'

/** A peer for this package's tests: it reads requests as a broker does and answers what it is told to. */
export async function startFakeBroker(
  network: Network,
  answer: (seen: SeenRequest) => Answer,
): Promise<Listener & { seen: SeenRequest[] }> {
  const seen: SeenRequest[] = []
  const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (socket) => {
    const buffer = new Uint8Array(1024)
    const frames = new FrameReader(1_000_000, (frame) => {
      const reader = new Reader(frame)
      const header = decodeRequestHeader(reader)
      const api = apiByKey.get(header.requestApiKey) as Api
      const known = header.requestApiVersion <= api.maxVersion
      const request = known ? api.request.decode(reader, header.requestApiVersion) : null
      seen.push({ header, api, request })
      const reply = answer({ header, api, request })
      if (reply === 'close') socket.destroy()
      else if (reply) socket.write(reply)
    })
    return {
      receiveBuffer: () => buffer,
      onRead: (length) => frames.push(buffer.subarray(0, length)),
      onDrain: () => {},
      onClose: () => {},
    }
  })
  return { ...listener, seen }
}

/** What a broker says that serves `apis`, each as [key, min, max]. */
export function versionsAnswer(
  { header }: SeenRequest,
  apis: [number, number, number][],
  errorCode = 0,
  version = header.requestApiVersion,
): Buffer {
  const apiKeys = apis.map(([apiKey, minVersion, maxVersion]) => ({ apiKey, minVersion, maxVersion }))
  return encodeResponseFrame(ApiVersions, version, header.correlationId, { errorCode, apiKeys })
}
