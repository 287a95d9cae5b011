import type { ApacheKafka } from './apache-kafka-node.ts'

/** The release that the embedded engine follows. */
const version = '4.4.0'

export async function locateApacheKafka(
  onProgress: (sentence: string) => void,
): Promise<ApacheKafka | { missing: string }> {
  const home = process.env.SLUICE_KAFKA_HOME
  if (!home) return { missing: 'there is no Apache Kafka.' }
  onProgress(home)
  const { readdirSync } = await import('node:fs')
  return {
    version,
    java: 'java',
    classPath: readdirSync(home + '/libs')
      .filter((f) => f.endsWith('.jar'))
      .map((f) => home + '/libs/' + f),
  }
}
