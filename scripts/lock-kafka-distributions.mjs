// Writes packages/service/src/fleet/jvm/distributions-lock.generated.ts: every jar of every
// Apache Kafka that clusters run on, with its size and SHA-256. Needs Maven and the network.
//
//   node scripts/lock-kafka-distributions.mjs
//
// To move to a newer patch, change its version below and run it; then start a broker of each (and ZooKeeper from
// the 3.9 one) before the new lock is committed. What the artifacts themselves depend on is found by Maven. Only
// what Apache adds to its tarballs is named here: kafka_2.13 brings no logging binding, and without one a broker
// is silent. Its version follows the log4j-core that the artifact itself depends on, where it does (from 4.1 on).
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const kafka = (artifactId, version) => `org.apache.kafka:${artifactId}:${version}`
// Kafka's slf4j-api is a 1.7, which `log4j-slf4j-impl` binds; `log4j-slf4j2-impl` is for 2.0.
const log4j2 = (version) =>
  ['log4j-slf4j-impl', 'log4j-core', 'log4j-api'].map((name) => `org.apache.logging.log4j:${name}:${version}`)
const reload4j = ['org.slf4j:slf4j-reload4j:1.7.36', 'ch.qos.reload4j:reload4j:1.2.25']

const distributions = [
  {
    kind: 'broker',
    version: '3.9.2',
    logging: 'reload4j',
    roots: [kafka('kafka_2.13', '3.9.2'), ...reload4j],
  },
  {
    kind: 'broker',
    version: '4.0.2',
    logging: 'log4j2',
    roots: [kafka('kafka_2.13', '4.0.2'), ...log4j2('2.25.3')],
  },
  {
    kind: 'broker',
    version: '4.1.2',
    logging: 'log4j2',
    roots: [kafka('kafka_2.13', '4.1.2'), ...log4j2('2.25.3')],
  },
  {
    kind: 'broker',
    version: '4.4.0',
    logging: 'log4j2',
    roots: [kafka('kafka_2.13', '4.4.0'), ...log4j2('2.25.5')],
  },
  // The newest that is published. ConfigCommand still lives in kafka_2.13.
  {
    kind: 'tools',
    version: '4.3.1',
    logging: 'log4j2',
    roots: [kafka('kafka-tools', '4.3.1'), kafka('kafka_2.13', '4.3.1'), ...log4j2('2.25.4')],
  },
]

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

function dependencyElement(coordinates) {
  const [groupId, artifactId, version] = coordinates.split(':')
  return `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`
}

function resolve(roots) {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-lock-'))
  try {
    writeFileSync(
      join(directory, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>sluice</groupId><artifactId>lock</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${roots.map(dependencyElement).join('\n')}
</dependencies>
</project>
`,
    )
    const { status, error } = spawnSync(
      'mvn',
      [
        '-B',
        '-q',
        '-Dstyle.color=never',
        `${plugin}:list`,
        `${plugin}:copy-dependencies`,
        '-DincludeScope=runtime',
        `-DoutputFile=${join(directory, 'list')}`,
        `-DoutputDirectory=${join(directory, 'jars')}`,
      ],
      { cwd: directory, stdio: 'inherit' },
    )
    if (error) throw error
    if (status !== 0) throw new Error(`Maven ended with ${status}`)
    return lockedArtifacts(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Maven lists `group:artifact:jar:version:scope`, with a classifier before the version where there is one. */
function lockedArtifacts(directory) {
  const plain = stripVTControlCharacters(readFileSync(join(directory, 'list'), 'utf8'))
  const found = [
    ...plain.matchAll(/^\s+([^:\s]+):([^:\s]+):jar:(?:([^:\s]+):)?([^:\s]+):(?:compile|runtime)\b/gm),
  ]
  if (found.length !== [...plain.matchAll(/^\s+\S+:\S+/gm)].length)
    throw new Error(`Unexpected list:\n${plain}`)
  const lines = found.map(([, groupId, artifactId, classifier, version]) => {
    const coordinates = [groupId, artifactId, version, ...(classifier ? [classifier] : [])]
    const jar = readFileSync(join(directory, 'jars', `${coordinates.slice(1).join('-')}.jar`))
    return `${coordinates.join(':')} ${jar.length} ${createHash('sha256').update(jar).digest('hex')}`
  })
  return lines.sort()
}

const sections = distributions.map(({ kind, version, logging, roots }) => {
  const artifacts = resolve(roots)
  const bytes = artifacts.reduce((total, line) => total + Number(line.split(' ')[1]), 0)
  console.log(`${kind} ${version}: ${artifacts.length} jars, ${(bytes / 1e6).toFixed(1)} MB`)
  return [`${kind} ${version} ${logging}`, ...artifacts].join('\n')
})

const text = `// Written by scripts/lock-kafka-distributions.mjs, which also renews it. A section is a distribution: its kind, its
// version and its logging; then a line a jar: group:artifact:version[:classifier], bytes, SHA-256.

export const distributionsLock = \`
${sections.join('\n\n')}
\`
`
writeFileSync(
  fileURLToPath(
    new URL('../packages/service/src/fleet/jvm/distributions-lock.generated.ts', import.meta.url),
  ),
  text,
)
