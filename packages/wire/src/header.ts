import type { Reader } from './reader.ts'
import { apiByKey } from './schema/api-lookup.ts'
import type { ValueOf } from './schema/language.ts'
import { RequestHeader as requestHeader } from './schema/request-header.ts'
import { ResponseHeader as responseHeader } from './schema/response-header.ts'
import type { Writer } from './writer.ts'

export type RequestHeader = ValueOf<typeof requestHeader>

/**
 * Reads the header of a request. Its form depends on the API and version that it names first. A version
 * that we do not know has the form of the newest one (KIP-511: an ApiVersions request from the future must
 * be readable); an API that we do not know is read in the older form and left to the caller to refuse.
 */
export function decodeRequestHeader(reader: Reader): RequestHeader {
  const start = reader.position
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  reader.position = start
  const headerVersion = apiByKey.get(apiKey)?.requestHeaderVersion(apiVersion) ?? 1
  return requestHeader.decode(reader, headerVersion)
}

export function encodeRequestHeader(writer: Writer, header: RequestHeader, headerVersion: number): void {
  requestHeader.encode(writer, headerVersion, header)
}

/** Gives the correlation id. */
export function decodeResponseHeader(reader: Reader, headerVersion: number): number {
  return responseHeader.decode(reader, headerVersion).correlationId
}

export function encodeResponseHeader(writer: Writer, correlationId: number, headerVersion: number): void {
  responseHeader.encode(writer, headerVersion, { correlationId })
}
