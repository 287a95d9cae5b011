import { TransactionLogRecord } from './records/transaction-state/00-transaction-log.ts'

/** The records of `__transaction_state`. */
export const transactionStateRecords = [TransactionLogRecord] as const
