/*
 * Envelope, version 0: a request that a broker forwards in the name of its client (KIP-590).
 *
 * Only requests that may be forwarded are taken out of it; the answer goes back in an envelope as well. A controller
 * that does not decide any more closes the connection, and the broker asks again.
 */
import {
  type Api,
  apiByKey,
  DecodeError,
  decodeRequestHeader,
  DefaultPrincipalData,
  encodeResponseFrameInSteps,
  Envelope,
  ErrorCode,
  Reader,
  type RequestHeader,
} from '@sluice/wire'
import { requestElementsMax } from '../../../server/dispatch.ts'
import { controllerRequests } from '../../requests.ts'
import { controllerHandler, type ControllerContext } from '../services.ts'
import { decision } from './decided.ts'

/** In front of a frame. */
const sizeBytes = 4

export const envelope = controllerHandler(Envelope, (request, context) => {
  const principal = principalOf(request.requestPrincipal)
  if (principal === null) return { errorCode: ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE }
  const opened = open(request.requestData)
  return typeof opened === 'number' ? { errorCode: opened } : forwarded(opened, principal, context)
})

interface Forwarded {
  readonly api: Api
  readonly header: RequestHeader
  readonly body: Reader
}

async function forwarded({ api, header, body }: Forwarded, principal: string, context: ControllerContext) {
  const { requestApiVersion: version, correlationId } = header
  let asked: unknown
  try {
    asked = await context.node.lane.done(api.request.decodeInSteps(body, version))
  } catch (error) {
    if (error instanceof DecodeError) return { errorCode: ErrorCode.INVALID_REQUEST }
    throw error
  }
  const response = await decision(api, version, asked, { principal }, context)
  if (context.connection.closed) return {}
  const frame = await context.node.lane.done(
    encodeResponseFrameInSteps(api, version, correlationId, response as never),
  )
  return { errorCode: ErrorCode.NONE, responseData: frame.subarray(sizeBytes) }
}

/** Or the error code of the envelope. */
function open(data: Buffer): Forwarded | ErrorCode {
  // What comes next on the socket overwrites the bytes.
  const body = new Reader(Buffer.from(data))
  body.elementsLeft = requestElementsMax
  let header: RequestHeader
  try {
    header = decodeRequestHeader(body)
  } catch (error) {
    if (error instanceof DecodeError) return ErrorCode.INVALID_REQUEST
    throw error
  }
  const { requestApiKey, requestApiVersion: version } = header
  const api = apiByKey.get(requestApiKey)
  if (!api?.forwardable) return ErrorCode.INVALID_REQUEST
  const isServed = controllerRequests.has(requestApiKey)
  if (!isServed || version < api.minVersion || version > api.maxStableVersion)
    return ErrorCode.UNSUPPORTED_VERSION
  return { api, header, body }
}

/** As Apache Kafka writes it; null where it cannot be read. A version stands in front, as in a record. */
function principalOf(bytes: Buffer | null): string | null {
  if (bytes === null) return null
  try {
    const reader = new Reader(bytes)
    const { type, name } = DefaultPrincipalData.decode(reader, reader.int16())
    return `${type}:${name}`
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}
