import { isBefore, publishedKafkaVersions } from '../../kafka-releases.ts'
import type { KafkaVersion } from '../engine.ts'

/** The release that the engine follows; nothing of it is hidden from clients. */
export const ownVersion = '4.4.x.kraft'

const software = 'Sluice’s own brokers, which follow Apache Kafka 4.4.0'
const oldest = '2.8.1'
/** MSK supports no release before (MSK Developer Guide, "Supported Apache Kafka versions", in November 2026). */
const supportedSince = '3.8'

const versions = [...publishedKafkaVersions.slice(publishedKafkaVersions.indexOf(oldest)), ownVersion]

/** The same brokers stand behind all names that MSK has or had; what clients meet is of the release. Oldest first. */
export const embeddedVersions: readonly KafkaVersion[] = versions.map((version) => ({
  version,
  status: isBefore(version, supportedSince) ? 'DEPRECATED' : 'ACTIVE',
  software,
}))

/**
 * As on MSK: later versions with ZooKeeper from one with ZooKeeper, later ones with KRaft from one with KRaft, and from the
 * one to the other within 3.9 alone.
 */
export function laterVersions(from: string): string[] {
  const later = versions.slice(versions.indexOf(from) + 1)
  return later.filter((version) => isKraft(version) === isKraft(from) || isMove(from, version))
}

function isKraft(version: string): boolean {
  return version.endsWith('.kraft')
}

function isMove(from: string, to: string): boolean {
  return from === '3.9.x' && to === '3.9.x.kraft'
}

/**
 * Of which release of Apache Kafka there are facts for a version's clients. Where there are none for the release itself they
 * are those of an earlier one, which has fewer versions of its APIs.
 */
const releases: Readonly<Record<string, string>> = {
  '2.8.1': '2.8.1-zookeeper',
  '2.8.2.tiered': '2.8.1-zookeeper',
  '3.1.1': '2.8.1-zookeeper',
  '3.2.0': '2.8.1-zookeeper',
  '3.3.1': '3.3.2-zookeeper',
  '3.3.2': '3.3.2-zookeeper',
  '3.4.0': '3.4.0-zookeeper',
  '3.5.1': '3.5.1-zookeeper',
  '3.6.0': '3.6.0-zookeeper',
  '3.7.x': '3.7.2-zookeeper',
  '3.7.x.kraft': '3.7.2',
  '3.8.x': '3.8.1-zookeeper',
  '3.8.x.kraft': '3.8.1',
  '3.9.x': '3.9.1-zookeeper',
  '3.9.x.kraft': '3.9.1',
  '4.0.x.kraft': '4.0.1',
  '4.1.x.kraft': '4.1.1',
  '4.2.x.kraft': '4.2.0',
}

/** What the engine shows to clients of a cluster of this version; null is all that it has. */
export function clientRelease(kafkaVersion: string): string | null {
  return releases[kafkaVersion] ?? null
}
