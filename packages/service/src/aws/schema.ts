import { assert } from '@sluice/effects'

/**
 * A service's operations and shapes, read from the notation of schemas/*.generated.ts:
 *
 *     operation   Name METHOD /uri/{Label} status InputStructure OutputStructure     (- where there is none)
 *     structure   Name [<http status of an error>] [!]Member[place]:type …           (! = required)
 *     place       nothing: body member with the first letter lowered; =name: body member of that name;
 *                 = alone: one of the SDK's name; /: path label; ?name: query parameter; ^name: header
 *     type        string number boolean timestamp blob document, Structure, [type] = list, {type} = map
 *
 * A structure is parsed when it is first asked for: a request touches a handful of the 270.
 */
export interface ServiceSchema {
  readonly operations: readonly Operation[]
  operation(name: string): Operation | undefined
  structure(name: string): Structure
}

/** The names in a text of operations, so that a table of handlers with another name does not compile. */
export type OperationName<Text extends string, Names = never> = Text extends `${infer Line}\n${infer Rest}`
  ? OperationName<Rest, Line extends `${infer Name} ${string}` ? Names | Name : Names>
  : Names

export interface Operation {
  name: string
  method: string
  uri: string
  status: number
  input: string | null
  output: string | null
}

export interface Structure {
  name: string
  errorStatus: number | null
  members: readonly Member[]
}

export interface Member {
  /** As the SDK spells it: `ClusterName`. */
  name: string
  required: boolean
  place: 'body' | 'label' | 'query' | 'header'
  /** Its name in that place: `clusterName`. */
  wire: string
  type: Type
}

export type Type =
  | { kind: 'string' | 'number' | 'boolean' | 'timestamp' | 'blob' | 'document' }
  | { kind: 'list' | 'map'; of: Type }
  | { kind: 'structure'; name: string }

export function parseServiceSchema(text: { operations: string; structures: string }): ServiceSchema {
  const operations = lines(text.operations).map(parseOperation)
  const sources = new Map(
    lines(text.structures).map((line) => [line.slice(0, `${line} `.indexOf(' ')), line]),
  )
  const byName = new Map(operations.map((operation) => [operation.name, operation]))
  const parsed = new Map<string, Structure>()
  return {
    operations,
    operation: (name) => byName.get(name),
    structure(name) {
      let structure = parsed.get(name)
      if (!structure) {
        const source = sources.get(name)
        assert(source !== undefined, `the schema has no structure ${name}`)
        structure = parseStructure(source)
        parsed.set(name, structure)
      }
      return structure
    },
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function parseOperation(line: string): Operation {
  const [name, method, uri, status, input, output] = line.split(' ')
  assert(name && method && uri && status && input && output, `bad operation line: ${line}`)
  return {
    name,
    method,
    uri,
    status: Number(status),
    input: input === '-' ? null : input,
    output: output === '-' ? null : output,
  }
}

function parseStructure(line: string): Structure {
  const [name, ...words] = line.split(' ')
  assert(name, `bad structure line: ${line}`)
  const status = words[0]?.startsWith('<') ? Number(words.shift()?.slice(1, -1)) : null
  return { name, errorStatus: status, members: words.map(parseMember) }
}

const places = { '': 'body', '=': 'body', '/': 'label', '?': 'query', '^': 'header' } as const

function parseMember(word: string): Member {
  const match = /^(!?)(\w+)(?:([=/?^])([^:]*))?:(.+)$/.exec(word)
  assert(match, `bad member: ${word}`)
  const [, required, name = '', sign = '', given, type = ''] = match
  return {
    name,
    required: required === '!',
    place: places[sign as keyof typeof places],
    wire: given || (sign === '=' ? name : name.charAt(0).toLowerCase() + name.slice(1)),
    type: parseType(type),
  }
}

const simpleKinds = new Set(['string', 'number', 'boolean', 'timestamp', 'blob', 'document'])

function parseType(text: string): Type {
  if (text.startsWith('[')) return { kind: 'list', of: parseType(text.slice(1, -1)) }
  if (text.startsWith('{')) return { kind: 'map', of: parseType(text.slice(1, -1)) }
  if (simpleKinds.has(text)) return { kind: text } as Type
  return { kind: 'structure', name: text }
}
