#!/usr/bin/env node
// Writes what botocore's model of Kinesis has and the SDK for JavaScript has not yet, queues, into our own small notation, beside
// what scripts/generate-aws-schemas.mjs makes of that SDK. When the SDK has them this file and its output go.
// usage: node scripts/generate-queue-schema.mjs VERSION < service-2.json     (of botocore's data/kinesis/2013-12-02)
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as sdk from '@aws-sdk/client-kinesis'
import { describeService } from './generate-aws-schemas.mjs'

const simple = {
  string: 'string',
  integer: 'number',
  long: 'number',
  boolean: 'boolean',
  timestamp: 'timestamp',
  blob: 'blob',
}

/** What the model has beyond the SDK. */
function describeQueues(model, known = describeService(sdk)) {
  const namesOf = (lines) => new Set(lines.map((line) => line.split(' ')[0]))
  const [operationsKnown, structuresKnown] = [namesOf(known.operations), namesOf(known.structures)]
  const structures = new Map()
  const typeOf = (name) => {
    const shape = model.shapes[name]
    if (shape.type === 'list') return `[${typeOf(shape.member.shape)}]`
    if (shape.type === 'map') return `{${typeOf(shape.value.shape)}}`
    if (shape.type === 'structure') visit(name)
    return shape.type === 'structure' ? name : simple[shape.type]
  }
  const visit = (name) => {
    if (structures.has(name) || structuresKnown.has(name)) return
    structures.set(name, '')
    const { members, required = [], exception } = model.shapes[name]
    const isRequired = (member) => required.includes(member)
    const sorted = [...Object.keys(members)].sort((a, b) => Number(isRequired(b)) - Number(isRequired(a)))
    const fields = sorted.map((member) => {
      const place = member === member.toLowerCase() ? '' : '='
      return `${isRequired(member) ? '!' : ''}${member}${place}:${typeOf(members[member].shape)}`
    })
    structures.set(name, [name, ...(exception ? ['<400>'] : []), ...fields].join(' '))
  }
  const operations = []
  for (const [name, { input, output, errors = [] }] of Object.entries(model.operations)) {
    if (operationsKnown.has(name)) continue
    for (const { shape } of [input, output, ...errors].filter(Boolean)) visit(shape)
    operations.push([name, 'POST', '/', 200, input?.shape ?? '-', output?.shape ?? '-'].join(' '))
  }
  return { operations: operations.sort(), structures: [...structures.values()].sort() }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { operations, structures } = describeQueues(JSON.parse(readFileSync(0, 'utf8')))
  const target = new URL('../packages/service/src/aws/schemas/kinesis-queues.generated.ts', import.meta.url)
  writeFileSync(
    target,
    `// Written by scripts/generate-queue-schema.mjs from botocore ${process.argv[2]} (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const operations = \`
${operations.join('\n')}
\`

export const structures = \`
${structures.join('\n')}
\`
`,
  )
}
