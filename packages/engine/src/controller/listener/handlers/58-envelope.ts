/*
 * Envelope, version 0: a request that a broker forwards in the name of its client (KIP-590).
 *
 * - Only requests that may be forwarded are taken out of it; the answer goes back in an envelope as well. A controller
 *   that does not decide any more closes the connection, and the broker asks again.
 * - A broker of ours has asked what its client may do; one of Apache Kafka leaves that to its controller.
 */
import {
  type Api,
  apiByKey,
  DecodeError,
  decodeRequestHeader,
  encodeResponseFrameInSteps,
  Envelope,
  ErrorCode,
  Reader,
  type RequestHeader,
  type RequestOf,
} from '@sluice/wire'
import { openToAll, type Permissions } from '../../../authorizer/permissions.ts'
import { authorized } from '../../../server/authorization.ts'
import { clientDecision, isClientDecision } from '../../../server/client-decisions.ts'
import { requestElementsMax } from '../../../server/dispatch.ts'
import type { Lane } from '../../../storage/lane.ts'
import { isSteps } from '../../../storage/slices.ts'
import { readPrincipal } from '../../forwarded-principal.ts'
import { controllerRequests } from '../../requests.ts'
import { controllerHandler, type ControllerContext } from '../services.ts'
import { decision } from './decided.ts'

/** In front of a frame. */
const sizeBytes = 4

export const envelope = controllerHandler(Envelope, (request, context) => {
  const client = clientOf(request, context)
  if (client === null) return { errorCode: ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE }
  const opened = open(request.requestData)
  return typeof opened === 'number' ? { errorCode: opened } : forwarded(opened, client, context)
})

interface Forwarded {
  readonly api: Api
  readonly header: RequestHeader
  readonly body: Reader
}

interface Client {
  /** As Apache Kafka writes it. */
  readonly principal: string
  readonly permissions: Permissions
}

async function forwarded({ api, header, body }: Forwarded, client: Client, context: ControllerContext) {
  const { node } = context
  const { requestApiVersion: version, correlationId } = header
  const { lane } = node
  let asked: unknown
  try {
    asked = await lane.done(api.request.decodeInSteps(body, version))
  } catch (error) {
    if (error instanceof DecodeError) return { errorCode: ErrorCode.INVALID_REQUEST }
    throw error
  }
  const { access, screen } = clientDecision(api)
  const asker = { principal: client.principal, clientId: header.clientId ?? '' }
  const decided = (request: unknown) => decision(api, version, request, asker, context)
  const asking = { apiVersion: version, session: client, node }
  const response = await settled(authorized(api, access, decided, screen)(asked, asking), lane)
  if (context.connection.closed) return {}
  const frame = await lane.done(encodeResponseFrameInSteps(api, version, correlationId, response as never))
  return { errorCode: ErrorCode.NONE, responseData: frame.subarray(sizeBytes) }
}

/** What comes at once, later or in steps; of steps may come what is there later. */
async function settled(answered: unknown, lane: Lane): Promise<unknown> {
  const answer = isSteps(answered) ? await lane.done(answered) : await answered
  return isSteps(answer) ? lane.done(answer) : answer
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
  const isServed = controllerRequests.has(requestApiKey) && isClientDecision(api)
  if (!isServed || version < api.minVersion || version > api.maxStableVersion)
    return ErrorCode.UNSUPPORTED_VERSION
  return { api, header, body }
}

/** Null where it cannot be read. */
function clientOf(
  { requestPrincipal, clientHostAddress }: RequestOf<typeof Envelope>,
  { node }: ControllerContext,
): Client | null {
  const read = requestPrincipal && readPrincipal(requestPrincipal)
  if (!read) return null
  const { principal, isAllowed } = read
  const authorizer = isAllowed ? openToAll : node.authorizer
  return { principal, permissions: authorizer.permissionsOf(principal, addressText(clientHostAddress)) }
}

/** Four bytes, or sixteen. */
function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.')
  const groups = Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16))
  return groups.join(':')
}
