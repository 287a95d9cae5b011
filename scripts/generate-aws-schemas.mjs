#!/usr/bin/env node
// Writes the AWS SDK's service schemas into our own small notation, so that the service serves AWS's shapes
// without loading the SDK, and so that a new SDK release is a diff to read.
// usage: node scripts/generate-aws-schemas.mjs            (the notation is described in aws/schema.ts)
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** @smithy/types: what the numbers in a schema tuple mean. */
const simple = new Map([
  [0, 'string'],
  [1, 'number'],
  [2, 'boolean'],
  [4, 'timestamp'],
  [5, 'timestamp'],
  [15, 'document'],
  [21, 'blob'],
])
/** A simple type with traits of its own, such as a secret text. */
const NAMED = 0
const LIST = 1
const MAP = 2
const STRUCTURE = 3
const OPERATION = 9
const ERROR = -3
const LIST_MODIFIER = 64
const MAP_MODIFIER = 128
/** The bit of a numeric trait that binds a member to the path. */
const HTTP_LABEL = 1

/** Protocols without paths post every operation here. */
const rpc = ['POST', '/', 200]

/** The two tables as text: operations and structures, sorted, one a line. */
export function describeService(sdk) {
  const operations = []
  const structures = new Map()
  const visit = (schema) => {
    if (structures.has(schema[2])) return
    structures.set(schema[2], '')
    const [kind, , name, traits, members, schemas, required = 0] = schema
    const fields = members.map((member, at) => field(member, schemas[at], at < required, visit))
    const status = kind === ERROR ? [`<${traits.httpError ?? (traits.error === 'server' ? 500 : 400)}>`] : []
    structures.set(name, [name, ...status, ...fields].join(' '))
  }
  for (const value of Object.values(sdk)) {
    if (!Array.isArray(value)) continue
    // Every SDK has a base of its exceptions, which no service answers.
    const isBase = value[0] === ERROR && value[3] === 0
    if (value[0] === STRUCTURE || (value[0] === ERROR && !isBase)) visit(value)
    if (value[0] !== OPERATION) continue
    const [, , name, traits, input, output] = value
    const [inputName, outputName] = [input(), output()].map((schema) => {
      if (!Array.isArray(schema)) return '-'
      visit(schema)
      return schema[2]
    })
    operations.push([name, ...(traits.http ?? rpc), inputName, outputName].join(' '))
  }
  return { operations: operations.sort(), structures: [...structures.values()].sort() }
}

function field(name, reference, required, visit) {
  const [schema, traits] = Array.isArray(reference) && reference.length === 2 ? reference : [reference, {}]
  const wire = traits.jsonName ?? name
  const place =
    typeof traits === 'number' && traits & HTTP_LABEL
      ? '/'
      : traits.httpQuery
        ? `?${traits.httpQuery}`
        : traits.httpHeader
          ? `^${traits.httpHeader}`
          : wire === name
            ? '='
            : wire === name[0].toLowerCase() + name.slice(1)
              ? ''
              : `=${wire}`
  return `${required ? '!' : ''}${name}${place}:${type(schema, visit)}`
}

function type(reference, visit) {
  const bare = Array.isArray(reference) && reference.length === 2 ? reference[0] : reference
  const schema = typeof bare === 'function' ? bare() : bare
  if (typeof schema === 'number') {
    if (schema & LIST_MODIFIER) return `[${type(schema & ~LIST_MODIFIER, visit)}]`
    if (schema & MAP_MODIFIER) return `{${type(schema & ~MAP_MODIFIER, visit)}}`
    const name = simple.get(schema)
    if (!name) throw new Error(`unknown simple schema ${schema}`)
    return name
  }
  if (schema[0] === NAMED) return type(schema[4], visit)
  if (schema[0] === LIST) return `[${type(schema[4], visit)}]`
  if (schema[0] === MAP) return `{${type(schema[5], visit)}}`
  visit(schema)
  return schema[2]
}

export function generatedSource({ operations, structures }, { name, sdkVersion }) {
  return `// Written by scripts/generate-aws-schemas.mjs from ${name} ${sdkVersion} (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const sdkVersion = '${sdkVersion}'

export const operations = \`
${operations.join('\n')}
\`

export const structures = \`
${structures.join('\n')}
\`
`
}

export function sdkVersionOf(name) {
  const path = createRequire(import.meta.url).resolve(name)
  const root = path.slice(0, path.indexOf(name) + name.length)
  return JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version
}

/** What each file in aws/schemas is made from. */
const sdks = {
  'application-auto-scaling': '@aws-sdk/client-application-auto-scaling',
  cloudwatch: '@aws-sdk/client-cloudwatch',
  'cloudwatch-logs': '@aws-sdk/client-cloudwatch-logs',
  kafka: '@aws-sdk/client-kafka',
  kinesis: '@aws-sdk/client-kinesis',
  'secrets-manager': '@aws-sdk/client-secrets-manager',
  sts: '@aws-sdk/client-sts',
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, name] of Object.entries(sdks)) {
    const target = new URL(`../packages/service/src/aws/schemas/${file}.generated.ts`, import.meta.url)
    const source = generatedSource(describeService(await import(name)), {
      name,
      sdkVersion: sdkVersionOf(name),
    })
    writeFileSync(target, source)
  }
}
