// Writes packages/service/src/fleet/engines/apache-kafka/property-data.generated.ts: the broker properties of each pinned
// version of Apache Kafka, asked from Kafka itself (by JShell, so a JDK is needed).
//
//   node scripts/generate-apache-kafka-properties.mjs ~/.cache/sluice/kafka/*
//
// Each argument is a directory with the jars of one version. To be run when the pinned versions change.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const question = `
var def = kafka.server.KafkaConfig.configDef();
for (var key : def.configKeys().values())
  System.out.println("property|" + key.name + "|" + key.type + "|" + key.validator);
for (var synonyms : org.apache.kafka.server.config.ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.values())
  for (var synonym : synonyms) System.out.println("topic-default|" + synonym.name());
/exit
`

const directories = process.argv.slice(2)
if (directories.length === 0) throw new Error('Name the directories that hold the jars, one a version.')

/** definition line -> the minor versions that have it. */
const definitions = new Map()
const topicDefaults = new Set()
const minors = []
for (const directory of directories) {
  const jars = readdirSync(directory).filter((name) => name.endsWith('.jar'))
  const version = jars.map((name) => /^kafka_2\.13-(\d+\.\d+)\.\d+\.jar$/.exec(name)?.[1]).find(Boolean)
  if (version === undefined) continue
  minors.push(version)
  for (const line of answers(directory, jars)) {
    const [kind, name, type, validator] = line.split('|')
    if (kind === 'topic-default') topicDefaults.add(name)
    if (kind !== 'property') continue
    const definition = `${name}|${type.toLowerCase()}|${constraint(validator)}`
    definitions.set(definition, [...(definitions.get(definition) ?? []), version])
  }
}

function answers(directory, jars) {
  const scratch = mkdtempSync(join(tmpdir(), 'kafka-properties-'))
  try {
    const script = join(scratch, 'question.jsh')
    writeFileSync(script, question)
    const classPath = jars.map((jar) => join(directory, jar)).join(delimiter)
    const output = execFileSync('jshell', ['--class-path', classPath, '-s', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return output.split('\n')
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/** `[1,...,9]` becomes `1..9`, `[a, b]` becomes `a,b`; what cannot be said so is left to Kafka. */
function constraint(validator) {
  const range = /^\[(-?[\d.]+)(?:,\.\.\.)?(?:,(-?[\d.]+))?\]$/.exec(validator)
  if (range && validator.includes('...')) return `${range[1]}..${range[2] ?? ''}`
  const oneOf = /^(\(case insensitive\) )?\[([^\]]*)\]$/.exec(validator)
  if (oneOf) return `${oneOf[1] ? '~' : ''}${oneOf[2].split(', ').join(',')}`
  return ''
}

function wrapped(words) {
  return words
    .join(' ')
    .replace(/(.{1,100})(?: |$)/g, '$1\n')
    .trim()
}

const lines = [...definitions]
  .map(([definition, versions]) =>
    versions.length === minors.length ? definition : `${definition}|${versions.join(',')}`,
  )
  .sort()
const text = `// Written by scripts/generate-apache-kafka-properties.mjs from Apache Kafka's own definitions.

/** The versions that were asked. */
export const propertyDataMinors = [${minors.map((minor) => `'${minor}'`).join(', ')}]

/** One definition a line: name, type, constraint (a range or the accepted values), versions unless all have it. */
export const propertyData = String.raw\`
${lines.join('\n')}
\`

/** Properties that give topics their defaults. */
export const topicDefaultProperties = \`
${wrapped([...topicDefaults].sort())}
\`
  .trim()
  .split(/\\s+/)
`
const target = '../packages/service/src/fleet/engines/apache-kafka/property-data.generated.ts'
writeFileSync(fileURLToPath(new URL(target, import.meta.url)), text)
