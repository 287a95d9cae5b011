import type { ConfigReader } from '../config-reader.ts'

/** The broker configurations that the transaction coordinator reads. */
export interface TransactionCoordinatorConfig {
  readonly logPartitions: number
  readonly timeoutMsMax: number
  readonly abortTimedOutIntervalMs: number
  readonly idExpirationMs: number
  readonly removeExpiredIntervalMs: number
  readonly commitTimeoutMs: number
}

/** All of these are fixed while a broker runs. */
export function transactionCoordinatorConfig(config: ConfigReader): TransactionCoordinatorConfig {
  return {
    logPartitions: config.int('transaction.state.log.num.partitions'),
    timeoutMsMax: config.int('transaction.max.timeout.ms'),
    abortTimedOutIntervalMs: config.int('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
    idExpirationMs: config.int('transactional.id.expiration.ms'),
    removeExpiredIntervalMs: config.int('transaction.remove.expired.transaction.cleanup.interval.ms'),
    commitTimeoutMs: config.int('request.timeout.ms'),
  }
}
