import {
  type HttpHead,
  type HttpRequest,
  type HttpResponse,
  headerOf,
  splitTarget,
} from '../../http/message.ts'
import { type Form, isObject, type Shape, ShapeCodec } from '../codec.ts'
import type { Operation } from '../schema.ts'
import type { AwsService } from '../service.ts'
import { CborError, decodeCbor, encodeCbor, Tagged } from './cbor-values.ts'
import { eventStreamResponse } from './event-stream.ts'
import type { Protocol, ServiceProtocol } from './protocol.ts'
import { contentTypeOf, isTargetOf, targetedOperation } from './target.ts'

const bytes: Form<Uint8Array> = {
  kind: 'a byte string',
  decode: (value) => (value instanceof Uint8Array ? value : undefined),
  encode: (value) => value,
}

/** A number with the tag 1, in seconds by the RFC, in milliseconds in AWS's older protocol. */
const taggedTime = (unitMs: number): Form<Date> => ({
  kind: 'a timestamp',
  decode: (value) =>
    value instanceof Tagged && value.tag === 1 && typeof value.value === 'number'
      ? new Date(value.value * unitMs)
      : undefined,
  encode: (time) => new Tagged(1, time.getTime() / unitMs),
})

/** Smithy RPC v2 CBOR: `POST /service/<service>/operation/<operation>`. */
export const rpcV2Cbor: Protocol = {
  name: 'rpc-v2-cbor',
  isSpokenBy: (head) => headerOf(head, 'smithy-protocol') === 'rpc-v2-cbor',
  of: (service) =>
    overCbor(service, taggedTime(1_000), rpcV2Response, {
      contentType: 'application/cbor',
      isNamedBy: (head) => pathOf(head)?.prefix === service.targetPrefix,
      operationOf: (head) => {
        const path = pathOf(head)
        return path?.prefix === service.targetPrefix
          ? service.schema.operation(path?.operation ?? '')
          : undefined
      },
    }),
  failure: ({ status, name, message, members }) =>
    rpcV2Response(status, { ...members, __type: name, message }),
}

/** The CBOR that Java's SDK speaks to Kinesis: JSON 1.1 with its values in CBOR, and times in milliseconds. */
export const cbor11: Protocol = {
  name: 'cbor-1.1',
  isSpokenBy: (head) => contentTypeOf(head) === 'application/x-amz-cbor-1.1',
  of: (service) =>
    overCbor(service, taggedTime(1), cbor11Response, {
      contentType: 'application/x-amz-cbor-1.1',
      isNamedBy: (head) => isTargetOf(service, head),
      operationOf: (request) => targetedOperation(service, request),
    }),
  failure: ({ status, name, message, members }) =>
    cbor11Response(status, { ...members, __type: name, message }),
}

function overCbor(
  service: AwsService,
  timestamp: Form<Date>,
  respond: (status: number, output: Shape) => HttpResponse,
  {
    isNamedBy,
    operationOf,
    contentType,
  }: Pick<ServiceProtocol, 'isNamedBy'> & {
    operationOf: (request: HttpRequest) => Operation | undefined
    contentType: string
  },
): ServiceProtocol {
  const codec = new ShapeCodec(service, { timestamp, blob: bytes })
  return {
    isNamedBy,
    callOf(request) {
      const operation = operationOf(request)
      if (!operation) return null
      const { input } = operation
      return {
        operation,
        input: () => (input === null ? {} : codec.decode(input, parse(request.body, service))),
      }
    },
    success({ output: name }, output) {
      if (name === null) return { ...respond(200, {}), body: Buffer.alloc(0) }
      const events = { codec, contentType, bytes: encodeCbor }
      return (
        eventStreamResponse(service.schema.structure(name), output, events) ??
        respond(200, codec.encode(name, output))
      )
    },
  }
}

function parse(body: Buffer, { badInput }: AwsService): Shape {
  if (body.length === 0) return {}
  let value: unknown
  try {
    value = decodeCbor(body)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw badInput(`The request body is not valid CBOR: ${error.message}.`)
  }
  if (!isObject(value)) throw badInput('The request body must be a CBOR map.')
  return value
}

function pathOf({ method, target }: HttpHead): { prefix: string; operation: string } | undefined {
  if (method !== 'POST') return undefined
  const [, prefix, operation] =
    /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(splitTarget(target).path) ?? []
  return prefix && operation ? { prefix, operation } : undefined
}

function rpcV2Response(status: number, output: Shape): HttpResponse {
  const headers = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' }
  return { status, headers, body: encodeCbor(output) }
}

function cbor11Response(status: number, output: Shape): HttpResponse {
  return { status, headers: { 'content-type': 'application/x-amz-cbor-1.1' }, body: encodeCbor(output) }
}
