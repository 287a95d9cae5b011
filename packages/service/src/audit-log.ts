import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { AuditEntry } from './aws/audit.ts'
import { rollingLog } from './fleet/processes/rolling-log.ts'

const bytesMax = 10 * 1024 * 1024
const filesMax = 5

export type AuditLog = (entry: AuditEntry) => void

/** Every call of the AWS APIs, and who signs in to the console, a line of JSON each: `audit.log`, and what it held before beside it. */
export function auditLog(disk: Disk, dataDirectory: string): AuditLog {
  const { write } = rollingLog(disk, join(dataDirectory, 'audit.log'), { bytesMax, filesMax })
  return (entry) => write(JSON.stringify(entry))
}
