// Writes packages/engine/src/metadata/config-{data,names}.generated.ts from test/data/kafka-messages/configs.json.
// To be run when the engine follows another release of Apache Kafka.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const configs = JSON.parse(readFileSync(join(root, 'test/data/kafka-messages/configs.json'), 'utf8'))

const lines = (definitions) => definitions.map((definition) => JSON.stringify(definition)).join('\n')
const table = (name, definitions) => `export const ${name} = String.raw\`\n${lines(definitions)}\n\`\n`

const quoted = (names) => names.map((name) => `  '${name}',`).join('\n')

const brokerNames = [...configs.broker, ...configs.brokerDynamicOnly].map(({ name }) => name)

const text = `// Written by scripts/generate-config-data.mjs from test/data/kafka-messages/configs.json: one definition a line.

${table('topicConfigs', configs.topic)}
${table('brokerConfigs', configs.broker)}
${table('brokerDynamicOnlyConfigs', configs.brokerDynamicOnly)}
${table('groupConfigs', configs.group)}
${table('clientMetricsConfigs', configs.clientMetrics)}
/** Dynamic only behind \`listener.name.<listener>.\`. */
export const listenerPrefixedConfigs = [
${quoted(configs.brokerListenerPrefixable.dynamicSecurity)}
]

/** Set behind \`listener.name.<listener>.<mechanism>.\`. */
export const mechanismPrefixedConfigs = [
${quoted(configs.brokerListenerPrefixable.perMechanism)}
]
`
const names = `// Written by scripts/generate-config-data.mjs from test/data/kafka-messages/configs.json.

export type BrokerConfigName =
${brokerNames.map((name) => `  | '${name}'`).join('\n')}
`

const metadata = join(root, 'packages/engine/src/metadata')
writeFileSync(join(metadata, 'config-data.generated.ts'), text)
writeFileSync(join(metadata, 'config-names.generated.ts'), names)
