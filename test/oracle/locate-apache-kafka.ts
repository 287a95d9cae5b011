import { silentLogger, systemDisk, systemProcesses } from '@sluice/effects'
import { Distributions, OperatingError, sentenceOf } from 'sluice'
import type { ApacheKafka } from './apache-kafka-process.ts'

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

function distributionsOf(onProgress: (sentence: string) => void): Distributions {
  return new Distributions({
    effects: { disk: systemDisk(), processes: systemProcesses(), logger: silentLogger },
    environment: process.env,
    onProgress,
  })
}
