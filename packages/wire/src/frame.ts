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
  return withSize(writer)
}

/** A response with its header and its size in front, ready to send. */
export function encodeResponseFrame<Response>(
  api: Api<any, Response>,
  version: number,
  correlationId: number,
  response: Input<Response>,
): Buffer {
  const writer = new Writer()
  writer.int32(0)
  encodeResponseHeader(writer, correlationId, api.responseHeaderVersion(version))
  api.response.encode(writer, version, response)
  return withSize(writer)
}

function withSize(writer: Writer): Buffer {
  writer.patchInt32(0, writer.position - 4)
  return writer.finish()
}
