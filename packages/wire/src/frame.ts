import { encodeRequestHeader, encodeResponseHeader } from './header.ts'
import type { Api } from './schema/language.ts'
import type { Input } from './schema/message.ts'
import { Writer } from './writer.ts'

/** A request with its header and its size in front, ready to send. */
export function encodeRequestFrame<Request>(
  api: Api<Request>,
  version: number,
  correlationId: number,
  clientId: string | null,
  request: Input<Request>,
): Buffer {
  const writer = new Writer()
  writer.int32(0)
  const header = { requestApiKey: api.apiKey, requestApiVersion: version, correlationId, clientId }
  encodeRequestHeader(writer, header, api.requestHeaderVersion(version))
  api.request.encode(writer, version, request)
  return endFrame(writer)
}

/** A response with its header and its size in front, ready to send. */
export function encodeResponseFrame<Response>(
  api: Api<any, Response>,
  version: number,
  correlationId: number,
  response: Input<Response>,
): Buffer {
  const writer = new Writer()
  beginResponseFrame(writer, api, version, correlationId)
  api.response.encode(writer, version, response)
  return endFrame(writer)
}

/** The same in steps, for what may be long. */
export function* encodeResponseFrameInSteps<Response>(
  api: Api<any, Response>,
  version: number,
  correlationId: number,
  response: Input<Response>,
): Generator<undefined, Buffer, undefined> {
  const writer = new Writer()
  beginResponseFrame(writer, api, version, correlationId)
  yield* api.response.encodeInSteps(writer, version, response)
  return endFrame(writer)
}

/** Room for the size, and the header: what the body follows. */
export function beginResponseFrame(writer: Writer, api: Api, version: number, correlationId: number): void {
  writer.int32(0)
  encodeResponseHeader(writer, correlationId, api.responseHeaderVersion(version))
}

/** Puts the size in front. */
export function endFrame(writer: Writer): Buffer {
  writer.patchInt32(0, writer.position - 4)
  return writer.finish()
}
