/**
 * The Kafka versions that MSK has published, by its own names (MSK Developer Guide, "Supported Apache Kafka
 * versions"). A configuration may name any of them; which of them a cluster can have is the engine's to say.
 */
export const publishedKafkaVersions: readonly string[] = [
  ...['1.1.1', '2.1.0', '2.2.1', '2.3.1', '2.4.1', '2.4.1.1', '2.5.1'],
  ...['2.6.0', '2.6.1', '2.6.2', '2.6.3', '2.7.0', '2.7.1', '2.7.2', '2.8.0', '2.8.1', '2.8.2.tiered'],
  ...['3.1.1', '3.2.0', '3.3.1', '3.3.2', '3.4.0', '3.5.1', '3.6.0'],
  ...['3.7.x', '3.7.x.kraft', '3.8.x', '3.8.x.kraft', '3.9.x', '3.9.x.kraft'],
  ...['4.0.x.kraft', '4.1.x.kraft', '4.2.x.kraft'],
]

/** Is a version by MSK's name (`3.9.x.kraft`) of an earlier release than this one (`3.6`)? */
export function isBefore(version: string, release: string): boolean {
  const [[major, minor], [thatMajor, thatMinor]] = [majorAndMinor(version), majorAndMinor(release)]
  return major < thatMajor || (major === thatMajor && minor < thatMinor)
}

function majorAndMinor(version: string): [major: number, minor: number] {
  const [major, minor] = version.split('.').map(Number)
  return [major ?? 0, minor ?? 0]
}
