import { type Form, type Shape, ShapeCodec } from '../codec.ts'
import type { ProtocolName } from '../service.ts'
import { eventStreamResponse } from './event-stream.ts'
import { base64Text, jsonResponse, parseJson } from './json.ts'
import type { Protocol } from './protocol.ts'
import { contentTypeOf, isTargetOf, targetedOperation } from './target.ts'

/** Seconds since 1970, with a fraction. */
const epochSeconds: Form<Date> = {
  kind: 'a number of seconds since 1970',
  decode: (value) => (typeof value === 'number' ? new Date(value * 1_000) : undefined),
  encode: (time) => time.getTime() / 1_000,
}

/** awsJson1_1: the header `X-Amz-Target` names the operation, everything else is the JSON body. */
export const json11 = targetedJson('json-1.1', 'application/x-amz-json-1.1')
/** awsJson1_0: the same by another name. */
export const json10 = targetedJson('json-1.0', 'application/x-amz-json-1.0')

function targetedJson(name: ProtocolName, contentType: string): Protocol {
  return {
    name,
    isSpokenBy: (head) => contentTypeOf(head) === contentType,
    of(service) {
      const codec = new ShapeCodec(service, { timestamp: epochSeconds, blob: base64Text })
      return {
        isNamedBy: (head) => isTargetOf(service, head),
        callOf(request) {
          const operation = targetedOperation(service, request)
          if (!operation) return null
          const { input } = operation
          return {
            operation,
            input: () => (input === null ? {} : codec.decode(input, parseJson(request.body, service))),
          }
        },
        success: ({ output }, shape) => {
          if (output === null) return { ...jsonResponse(200, {}, contentType), body: Buffer.alloc(0) }
          const structure = service.schema.structure(output)
          const bytes = (content: Shape) => Buffer.from(JSON.stringify(content))
          return (
            eventStreamResponse(structure, shape, { codec, contentType, bytes }) ??
            jsonResponse(200, codec.encode(output, shape), contentType)
          )
        },
      }
    },
    failure: ({ status, name: exception, message, members }) =>
      jsonResponse(status, { ...members, __type: exception, message }, contentType),
  }
}
