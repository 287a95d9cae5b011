/**
 * The Kafka versions that clusters may ask for, by MSK's names. Only KRaft ones: there is no ZooKeeper here.
 * One broker, following Apache Kafka 4.4.0, serves them all; `4.4.x.kraft` is what it is, the others are names
 * that MSK knows and that tools and templates carry.
 */
export const kafkaVersions: readonly { version: string; status: 'ACTIVE' | 'DEPRECATED' }[] = [
  { version: '3.9.x.kraft', status: 'ACTIVE' },
  { version: '4.0.x.kraft', status: 'ACTIVE' },
  { version: '4.1.x.kraft', status: 'ACTIVE' },
  { version: '4.4.x.kraft', status: 'ACTIVE' },
]

export const defaultKafkaVersion = '4.4.x.kraft'
