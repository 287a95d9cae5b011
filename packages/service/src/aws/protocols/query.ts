import type { HttpResponse } from '../../http/message.ts'
import { type Shape, ShapeCodec } from '../codec.ts'
import type { ServiceSchema, Type } from '../schema.ts'
import type { AwsService } from '../service.ts'
import { base64Text, isoTimestamp } from './json.ts'
import type { Protocol } from './protocol.ts'
import { contentTypeOf } from './target.ts'

/** Deeper than the deepest shape of any AWS model. */
const depthMax = 64

/** awsQuery: a posted form whose `Action` names the operation, `Tags.member.1.Key=…`; the answer is XML. */
export const query: Protocol = {
  name: 'query',
  isSpokenBy: (head) => contentTypeOf(head) === 'application/x-www-form-urlencoded',
  of(service) {
    const codec = new ShapeCodec(service, { timestamp: isoTimestamp, blob: base64Text })
    return {
      // Its operation stands in the body.
      isNamedBy: () => false,
      callOf({ body }) {
        const form = new URLSearchParams(body.toString('utf8'))
        const operation = service.schema.operation(form.get('Action') ?? '')
        if (!operation) return null
        const { input: name } = operation
        const input = () =>
          name === null ? {} : codec.decode(name, members(service.schema, name, parameterTree(form, service)))
        return { operation, input }
      },
      success({ name, output }, shape, requestId) {
        const result =
          output === null
            ? ''
            : element(
                `${name}Result`,
                contentOf(service.schema, structure(output), codec.encode(output, shape)),
              )
        const metadata = element('ResponseMetadata', element('RequestId', requestId))
        const namespace =
          service.xmlNamespace === undefined ? '' : ` xmlns="${escaped(service.xmlNamespace)}"`
        return xmlResponse(200, `<${name}Response${namespace}>${result}${metadata}</${name}Response>`)
      },
    }
  },
  failure({ status, name, message, members: more }, requestId) {
    const fault = { Type: status < 500 ? 'Sender' : 'Receiver', Code: name, Message: message, ...more }
    const error = Object.entries(fault).map(([key, value]) => element(key, escaped(String(value))))
    const content = element('Error', error.join('')) + element('RequestId', requestId)
    return xmlResponse(status, element('ErrorResponse', content))
  },
}

/** The parameters of a form by the parts of their names: `A.member.1=x` is x below A, member, 1. */
interface Parameter {
  text: string | undefined
  below: Map<string, Parameter>
}

function parameterTree(form: URLSearchParams, { badInput }: AwsService): Parameter {
  const root: Parameter = { text: undefined, below: new Map() }
  for (const [name, text] of form) {
    const parts = name.split('.')
    if (parts.length > depthMax) throw badInput('A parameter is nested too deeply.', parts[0])
    let at = root
    for (const part of parts) {
      const known = at.below.get(part) ?? { text: undefined, below: new Map<string, Parameter>() }
      at.below.set(part, known)
      at = known
    }
    at.text = text
  }
  return root
}

function members(schema: ServiceSchema, name: string, parameter: Parameter): Shape {
  const shape: Shape = {}
  for (const { wire, type } of schema.structure(name).members) {
    const below = parameter.below.get(wire)
    if (below) shape[wire] = valueOf(schema, type, below)
  }
  return shape
}

/** The value as its type wants it; what does not fit is left for the type check. */
function valueOf(schema: ServiceSchema, type: Type, parameter: Parameter): unknown {
  const { text, below } = parameter
  switch (type.kind) {
    case 'structure':
      return members(schema, type.name, parameter)
    case 'list':
      return inOrder(below.get('member') ?? parameter).map((item) => valueOf(schema, type.of, item))
    case 'map':
      return Object.fromEntries(
        inOrder(below.get('entry') ?? parameter).map((entry) => [
          entry.below.get('key')?.text ?? '',
          valueOf(schema, type.of, entry.below.get('value') ?? { text: '', below: new Map() }),
        ]),
      )
    case 'number':
      return text !== undefined && /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text
    default:
      return text
  }
}

function inOrder({ below }: Parameter): Parameter[] {
  return [...below].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item)
}

const structure = (name: string): Type => ({ kind: 'structure', name })

function contentOf(schema: ServiceSchema, type: Type, value: unknown): string {
  switch (type.kind) {
    case 'structure': {
      const known = schema
        .structure(type.name)
        .members.filter(({ wire }) => Object.hasOwn(value as Shape, wire))
      return known
        .map((member) => element(member.wire, contentOf(schema, member.type, (value as Shape)[member.wire])))
        .join('')
    }
    case 'list':
      return (value as unknown[]).map((item) => element('member', contentOf(schema, type.of, item))).join('')
    case 'map':
      return Object.entries(value as Shape)
        .map(([key, item]) =>
          element('entry', element('key', escaped(key)) + element('value', contentOf(schema, type.of, item))),
        )
        .join('')
    default:
      return escaped(String(value))
  }
}

function xmlResponse(status: number, xml: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml) }
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}

function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"\r]/g, (character) => entities[character] ?? character)
      // XML 1.0 has no way to write them.
      .replace(/[^\P{Cc}\t\n]|[\uFFFE\uFFFF]/gu, '\uFFFD')
  )
}
