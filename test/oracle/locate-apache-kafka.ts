import { basename } from 'node:path'
import { silentLogger, systemDisk, systemProcesses } from '@sluice/effects'
import { Distributions, type DistributionsOptions, OperatingError, sentenceOf } from 'sluice'
import type { ApacheKafka } from './apache-kafka-process.ts'

type Lock = NonNullable<DistributionsOptions['lock']>

/** The release that the embedded engine follows. */
const followedVersion = '4.4.0'

/** What a machine may lack without a fault of the project. A wrong checksum or a broken home is none of it. */
const absences = ['JAVA_MISSING', 'JAVA_TOO_OLD', 'MAVEN_MISSING', 'KAFKA_DISTRIBUTION_UNAVAILABLE']

/** How to run Apache Kafka on this machine, or why that cannot be, as a sentence. */
export async function locateApacheKafka(
  onProgress: (sentence: string) => void,
): Promise<ApacheKafka | { missing: string }> {
  const distributions = distributionsOf(onProgress)
  try {
    const java = await distributions.java()
    const { version, classPath } = await distributions.broker(followedVersion)
    return { version, java: java.command, classPath }
  } catch (error) {
    if (error instanceof OperatingError && absences.includes(error.code))
      return { missing: sentenceOf(error).replaceAll(/\s+/g, ' ') }
    throw error
  }
}

/** Its command line tools, on a machine that can run it. */
export async function toolsOf(onProgress: (sentence: string) => void): Promise<readonly string[]> {
  const { classPath } = await distributionsOf(onProgress).tools()
  return classPath
}

/** What programs of Kafka Streams need beside a broker's jars, where their stores are in memory. */
const streams: Lock = [
  {
    kind: 'broker',
    version: `${followedVersion}-streams`,
    logging: 'log4j2',
    artifacts: [
      {
        groupId: 'org.apache.kafka',
        artifactId: 'kafka-streams',
        version: followedVersion,
        classifier: null,
        fileName: `kafka-streams-${followedVersion}.jar`,
        size: 2_446_342,
        sha256: '6e06548a119adf213121ad2e4fefff6ab4263875b4f761425ace8ea4f5ba04a6',
      },
    ],
  },
]

/** The class path of such programs, and of brokers. An unpacked tarball has all of it. */
export async function streamsOf(
  { classPath }: ApacheKafka,
  onProgress: (sentence: string) => void,
): Promise<readonly string[]> {
  if (classPath.some((path) => basename(path).startsWith('kafka-streams-'))) return classPath
  const { classPath: own } = await distributionsOf(onProgress, streams).broker(`${followedVersion}-streams`)
  return [...classPath, ...own]
}

function distributionsOf(onProgress: (sentence: string) => void, lock?: Lock): Distributions {
  return new Distributions({
    ...(lock && { lock }),
    effects: { disk: systemDisk(), processes: systemProcesses(), logger: silentLogger },
    environment: process.env,
    onProgress,
  })
}
