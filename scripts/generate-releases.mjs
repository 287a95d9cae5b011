// Writes packages/engine/src/server/releases.generated.ts from test/data/kafka-releases.json and
// test/data/kafka-messages/features.json: what clients of a release meet.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const read = (path) => JSON.parse(readFileSync(join(root, 'test/data', path), 'utf8'))
const { releases } = read('kafka-releases.json')
const { metadataVersion, features } = read('kafka-messages/features.json')

/** `3.9-IV0` and `3.9.1` as numbers that compare. */
const rank = (version) => {
  const [major, minor] = version.split(/[.-]/).map(Number)
  return major * 1_000 + minor
}

const highest = (levels, isKnown) => Math.max(0, ...levels.filter(isKnown).map(({ level }) => level))

/** The greatest level of each feature that the release has in production; none with ZooKeeper. */
function featuresOf(release) {
  const isKnown = ({ version, production }) => production && rank(version) <= rank(release)
  const isDefault = ({ level, defaultFromMetadataVersion: from }) => level > 0 && rank(from) <= rank(release)
  const level = highest(metadataVersion.levels, isKnown)
  const others = features
    .map(({ name, levels }) => [name, highest(levels, isDefault)])
    .filter(([, known]) => known > 0)
  return level === 0 ? {} : { 'metadata.version': level, ...Object.fromEntries(others) }
}

/** APIs that a broker shows only where it has the feature that they are for. */
const featureApis = {
  'group.version': [68, 69],
  'share.version': [76, 77, 78, 79],
  'streams.version': [88, 89],
}

const apisOf = (apis, features) =>
  Object.entries(apis)
    .filter(([key]) => {
      const [feature] = Object.entries(featureApis).find(([, keys]) => keys.includes(Number(key))) ?? []
      return feature === undefined || feature in features
    })
    .map(([key, [least, greatest]]) => `${key}:${least}-${greatest}`)
    .join(' ')

const lines = Object.entries(releases).flatMap(([release, { broker, zkBroker }]) => [
  ...(zkBroker ? [[`${release}-zookeeper`, apisOf(zkBroker, {}), {}]] : []),
  [release, apisOf(broker, featuresOf(release)), featuresOf(release)],
])

writeFileSync(
  join(root, 'packages/engine/src/server/releases.generated.ts'),
  `// Written by scripts/generate-releases.mjs from test/data/kafka-releases.json. Do not edit.

export const releaseLines = String.raw\`
${lines.map((line) => JSON.stringify(line)).join('\n')}
\`
`,
)
