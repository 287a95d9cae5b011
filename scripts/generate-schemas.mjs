// Writes packages/wire/src/schema/ anew from the definitions of an Apache Kafka release in
// test/data/kafka-messages/. Run it when that data is renewed, then read the diff: comments that were added
// by hand to a schema file have to be put back.
//
//     node scripts/generate-schemas.mjs && npx biome format --write packages/wire/src
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const data = join(root, 'test/data/kafka-messages')
const source = join(root, 'packages/wire/src')
const traits = new Map(readJson('api-traits.json').map((each) => [each.apiKey, each]))

const primitives = ['bool', 'int8', 'int16', 'int32', 'int64', 'uint16', 'uint32', 'float64', 'string']
primitives.push('bytes', 'records', 'uuid')

/** The int64 fields whose values are no quantities and use all 64 bits. */
const hashes = new Set(['MetadataHash'])

function readJson(path) {
  return JSON.parse(readFileSync(join(data, path), 'utf8'))
}

function lowerFirst(name) {
  return name[0].toLowerCase() + name.slice(1)
}

/** One TypeScript file in the making: which words of the language it uses, and its shared structs. */
class SourceFile {
  words = new Set()
  needsInt64 = false
  structs = new Map()
  declarations = []

  use(word) {
    this.words.add(word)
    return word
  }

  type(text, shared, name) {
    if (text.startsWith('[]')) return `${this.use('array')}(${this.type(text.slice(2), shared, name)})`
    if (hashes.has(name)) return this.use('hash64')
    if (primitives.includes(text)) return this.use(text)
    const constant = shared.get(text)
    if (!constant) throw new Error(`unknown type ${text}`)
    return constant
  }

  options(field) {
    const parts = []
    if (field.nullableVersions) parts.push(`nullable: '${field.nullableVersions}'`)
    if (field.default !== undefined) parts.push(`default: ${this.default(field)}`)
    if (field.ignorable) parts.push('ignorable: true')
    if (field.mapKey) parts.push('mapKey: true')
    if (field.entityType) parts.push(`entityType: '${field.entityType}'`)
    if (field.zeroCopy) parts.push('zeroCopy: true')
    if (field.taggedVersions) parts.push(`tagged: '${field.taggedVersions}', tag: ${field.tag}`)
    if (field.flexibleVersions) parts.push(`flexible: '${field.flexibleVersions}'`)
    return parts.length > 0 ? `{ ${parts.join(', ')} }` : undefined
  }

  default(field) {
    const text = field.default
    if (text === 'null' || field.type === 'bool') return text
    if (hashes.has(field.name)) return `${text}n`
    if (field.type === 'string') return `'${text}'`
    const long = { '9223372036854775807': 'Int64.MAX', '-9223372036854775808': 'Int64.MIN' }[text]
    if (long) this.needsInt64 = true
    return long ?? text
  }

  field(field, shared) {
    const own = field.fields && this.fields(field.fields, shared)
    const name = `'${lowerFirst(field.name)}'`
    const options = this.options(field)
    const parts = [name, `'${field.versions}'`, options].filter((part) => part !== undefined)
    if (!own) {
      parts.splice(1, 0, this.type(field.type, shared, field.name))
      return `${this.use('field')}(${parts.join(', ')})`
    }
    const isArray = field.type.startsWith('[]')
    parts.splice(1, 0, `'${field.type.replace('[]', '')}'`)
    return `${this.use(isArray ? 'structArray' : 'structField')}(${parts.join(', ')}, ${own})`
  }

  fields(fields, shared) {
    return `[\n${fields.map((field) => `${this.field(field, shared)},\n`).join('')}]`
  }

  /**
   * Declares a message's shared structs in an order in which each stands after those that it uses. The
   * prefix is for a name that the file has already given to another struct.
   */
  shareStructs(message, prefix) {
    const shared = new Map()
    const waiting = [...(message.commonStructs ?? [])]
    while (waiting.length > 0) {
      const names = new Set(waiting.map((each) => each.name))
      const uses = (fields) =>
        fields.some((field) => names.has(field.type.replace('[]', '')) || uses(field.fields ?? []))
      const at = waiting.findIndex((each) => !uses(each.fields))
      const [each] = waiting.splice(at, 1)
      const fields = this.fields(each.fields, shared)
      const known = this.structs.get(lowerFirst(each.name))
      const constant = known === undefined || known === fields ? lowerFirst(each.name) : prefix + each.name
      shared.set(each.name, constant)
      if (known === fields) continue
      this.structs.set(constant, fields)
      this.declarations.push(`const ${constant} = ${this.use('struct')}('${each.name}', ${fields})\n`)
    }
    return shared
  }

  message(message, prefix = 'value', word = 'message', first = '') {
    const shared = this.shareStructs(message, prefix)
    const options = `{ versions: '${message.validVersions}', flexible: '${message.flexibleVersions ?? 'none'}' }`
    const fields = this.fields(message.fields, shared)
    return `${this.use(word)}(${first}'${message.name}', ${options}, () => ${fields})`
  }

  text(path, body) {
    const up = '../'.repeat(path.split('/').length - 1)
    const language = `${up.replace('../', './').replace('./../', '../')}language.ts`
    const lines = [`import { ${[...this.words].sort().join(', ')} } from '${language}'`]
    if (this.needsInt64) lines.unshift(`import { Int64 } from '${up}int64.ts'`)
    return [lines.join('\n'), ...this.declarations, body].join('\n\n')
  }
}

function write(path, text) {
  const target = join(source, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, `${text.trimEnd()}\n`)
}

function generateApi(file) {
  const json = readJson(`api/${file}.json`)
  if (json.request.validVersions === 'none') return undefined
  const out = new SourceFile()
  const { clusterAction, forwardable } = traits.get(json.apiKey)
  const lines = [
    `export const ${json.name} = ${out.use('api')}(${json.apiKey}, '${json.name}', {`,
    `listeners: [${json.listeners.map((each) => `'${each}'`).join(', ')}],`,
    clusterAction && 'clusterAction: true,',
    forwardable && 'forwardable: true,',
    json.latestVersionUnstable && 'latestVersionUnstable: true,',
    `request: ${out.message(json.request, 'request')},`,
    `response: ${out.message(json.response, 'response')},`,
    '})',
  ]
  const path = `schema/${file}.ts`
  write(path, out.text(path, lines.filter(Boolean).join('\n')))
  return { path, name: json.name }
}

function generateRecord(folder, file) {
  const json = readJson(`records/${folder}/${file}.json`)
  const out = new SourceFile()
  const path = `schema/records/${folder}/${file}.ts`
  const body = []
  let name = json.name
  if (json.key) {
    body.push(`export const ${json.key.name} = ${out.message(json.key)}\n`)
    body.push(`export const ${json.value.name} = ${out.message(json.value)}\n`)
    name = `${json.name}Record`
    const parts = `${json.recordType}, '${json.name}', ${json.key.name}, ${json.value.name}`
    body.push(`export const ${name} = ${out.use('keyValueRecord')}(${parts})`)
  } else if (json.recordType === undefined) body.push(`export const ${name} = ${out.message(json)}`)
  else
    body.push(`export const ${name} = ${out.message(json, 'record', 'typedRecord', `${json.recordType}, `)}`)
  write(path, out.text(path, body.join('\n')))
  return { path, name, folder }
}

function generateHeader(file) {
  const json = readJson(`header/${file}.json`)
  const out = new SourceFile()
  const path = `schema/${file}.ts`
  write(path, out.text(path, `export const ${json.name} = ${out.message(json)}`))
}

function generateList(path, comment, constant, entries) {
  const imports = entries.map(
    (each) => `import { ${each.name} } from '${each.path.replace('schema/', './')}'`,
  )
  const list = `export const ${constant} = [\n${entries.map((each) => `${each.name},\n`).join('')}] as const`
  write(path, `${imports.join('\n')}\n\n${comment}\n${list}`)
}

const files = (folder) =>
  readdirSync(join(data, folder))
    .map((each) => each.replace('.json', ''))
    .sort()
const apis = files('api').map(generateApi).filter(Boolean)
const records = files('records').flatMap((folder) =>
  files(`records/${folder}`).map((file) => generateRecord(folder, file)),
)
for (const file of files('header')) generateHeader(file)
generateList('schema/apis.ts', '/** Every API of the release, by rising key. */', 'apis', apis)
const families = {
  'cluster-metadata': ['metadataRecords', '/** The records of `__cluster_metadata`, by rising type. */'],
  'remote-log-metadata': ['remoteLogMetadataRecords', '/** The records of `__remote_log_metadata`. */'],
  'consumer-offsets': [
    'consumerOffsetsRecords',
    '/** The records of `__consumer_offsets`, by rising type. */',
  ],
  'transaction-state': ['transactionStateRecords', '/** The records of `__transaction_state`. */'],
  'share-group-state': ['shareGroupStateRecords', '/** The records of `__share_group_state`. */'],
}
for (const [folder, [constant, comment]] of Object.entries(families)) {
  const entries = records.filter((each) => each.folder === folder)
  generateList(`schema/${folder}-records.ts`, comment, constant, entries)
}

// The package's index exports each of them; its other lines stay.
const index = readFileSync(join(source, 'index.ts'), 'utf8').split('\n')
const isOurs = (line) => /^export \* from '\.\/schema\/(\d|records\/)/.test(line)
const exports = [...apis, ...records].map((each) => `export * from './${each.path}'`)
write('index.ts', [...index.filter((line) => !isOurs(line) && line !== ''), ...exports].join('\n'))
