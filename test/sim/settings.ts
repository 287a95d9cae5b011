import type { Random } from '@sluice/effects'
import { minInSyncReplicas } from './lost-writes.ts'

/** Of members of groups of the consumer protocol. */
export const consumerSessionMs = 2_000

/** What the brokers of a simulation are set to: short times, and small files, so that much happens. */
export function propertiesOf(random: Random, brokers: number): Record<string, string> {
  const pick = (values: readonly number[]) => String(values[random.int(values.length)])
  const replicas = String(Math.min(brokers, 3))
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': String(minInSyncReplicas),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '1',
    'offsets.commit.timeout.ms': '2000',
    'group.consumer.min.session.timeout.ms': String(consumerSessionMs),
    'group.consumer.session.timeout.ms': String(consumerSessionMs),
    'group.consumer.min.heartbeat.interval.ms': '100',
    'group.consumer.heartbeat.interval.ms': '100',
    'group.consumer.assignment.interval.ms': '200',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.min.isr': String(Math.min(brokers, minInSyncReplicas)),
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
    'auto.create.topics.enable': 'false',
    'broker.heartbeat.interval.ms': '400',
    'broker.session.timeout.ms': pick([1_200, 2_000, 3_000]),
    'replica.lag.time.max.ms': pick([1_000, 2_000, 4_000]),
    'replica.fetch.wait.max.ms': pick([200, 500]),
    'replica.fetch.backoff.ms': '200',
    'replica.fetch.max.bytes': pick([1_000, 1_048_576]),
    'replica.socket.timeout.ms': '2000',
    'replica.high.watermark.checkpoint.interval.ms': pick([500, 5_000]),
    'log.flush.scheduler.interval.ms': pick([300, 5_000]),
    'log.flush.interval.ms': pick([200, 1_000, 2 ** 40]),
    'log.flush.offset.checkpoint.interval.ms': pick([500, 60_000]),
    'log.flush.start.offset.checkpoint.interval.ms': pick([500, 60_000]),
    'log.initial.task.delay.ms': '500',
    'log.retention.check.interval.ms': '1000',
    'log.segment.delete.delay.ms': '100',
    'metadata.log.max.record.bytes.between.snapshots': pick([2_000, 20_000_000]),
    'leader.imbalance.check.interval.seconds': pick([1, 300]),
  }
}

/** Rather a leader that is out of sync than none; who was in sync is waited for no longer than that is looked for again. */
export const uncleanProperties: Readonly<Record<string, string>> = {
  'unclean.leader.election.enable': 'true',
  'unclean.leader.election.interval.ms': '2000',
}

export function topicConfigsOf(random: Random): Record<string, string> {
  const configs: Record<string, string> = {}
  if (random.int(2) === 0) configs['segment.ms'] = String(200 + random.int(2_000))
  if (random.int(4) === 0) configs['flush.messages'] = String(1 + random.int(20))
  return configs
}
