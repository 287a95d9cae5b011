import { assert } from '@sluice/effects'
import { type HttpHead, splitTarget } from '../../http/message.ts'
import { type Shape, ShapeCodec } from '../codec.ts'
import { AwsException } from '../exceptions.ts'
import { Router } from '../router.ts'
import type { Member, ServiceSchema } from '../schema.ts'
import type { AwsService } from '../service.ts'
import { base64Text, isoTimestamp, jsonResponse, parseJson } from './json.ts'
import type { Protocol } from './protocol.ts'
import { contentTypeOf } from './target.ts'

/**
 * restJson1: method and path name the operation; members stand in path, query and a JSON body. The name of an
 * exception is a header, and a member for clients that look there.
 */
export const restJson: Protocol = {
  name: 'rest-json',
  isSpokenBy: () => true,
  of(service) {
    const router = new Router(service.schema.operations, service.arnSegments ?? {})
    // The models of MSK and of MSK Connect give every timestamp this form.
    const codec = new ShapeCodec(service, { timestamp: isoTimestamp, blob: base64Text })
    return {
      isNamedBy: ({ method, target }) => router.match(method, splitTarget(target).path) !== null,
      callOf(request) {
        const { method, target, body } = request
        const { path, query } = splitTarget(target)
        const match = router.match(method, path)
        if (!match) return null
        const { operation, labels } = match
        const input = () => {
          if (operation.input === null) return {}
          const { members } = service.schema.structure(operation.input)
          const hasBody = members.some(({ place }) => place === 'body') && body.length > 0
          if (hasBody) checkContentType(request)
          const json = hasBody ? parseJson(body, service) : {}
          const placed = fromPathAndQuery(service, operation.input, labels, new URLSearchParams(query))
          return codec.decode(operation.input, json, placed)
        }
        return { operation, input }
      },
      success({ status, output: name }, output) {
        if (status === 204) return { status, headers: {}, body: Buffer.alloc(0) }
        return jsonResponse(status, name === null ? {} : codec.encode(name, output), 'application/json')
      },
    }
  },
  failure({ status, name, message, members }) {
    const answer = jsonResponse(status, { ...members, __type: name, message }, 'application/json')
    return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': name } }
  },
}

/** Whoever says what a body is has to say that it is JSON; clients that say nothing mean that. */
function checkContentType(head: HttpHead): void {
  const type = contentTypeOf(head)
  if (type === undefined || type === 'application/json') return
  throw new AwsException(
    'UnsupportedMediaTypeException',
    415,
    `The content type of a body must be application/json, not ${type}.`,
  )
}

function fromPathAndQuery(
  service: { schema: ServiceSchema } & Pick<AwsService, 'badInput'>,
  structure: string,
  labels: Record<string, string>,
  query: URLSearchParams,
): Shape {
  const shape: Shape = {}
  for (const member of service.schema.structure(structure).members) {
    assert(member.place !== 'header', `${structure}.${member.name}: header members are not decoded yet`)
    const all = member.place === 'label' ? [labels[member.name] ?? ''] : query.getAll(member.wire)
    if (member.place !== 'body' && all.length > 0) shape[member.name] = fromText(member, all, service)
  }
  return shape
}

/** A query parameter's or label's text as its member's type wants it; what does not fit is left for the type check. */
function fromText(member: Member, all: string[], { badInput }: Pick<AwsService, 'badInput'>): unknown {
  if (member.type.kind === 'list') return all
  const text = all[0] ?? ''
  if (member.type.kind === 'number') {
    if (!/^-?\d{1,15}$/.test(text))
      throw badInput(`The parameter ${member.wire} must be a number.`, member.wire)
    return Number(text)
  }
  if (member.type.kind === 'boolean') {
    if (text !== 'true' && text !== 'false')
      throw badInput(`The parameter ${member.wire} must be true or false.`, member.wire)
    return text === 'true'
  }
  return text
}
