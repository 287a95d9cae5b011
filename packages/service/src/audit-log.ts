import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { AuditEntry } from './aws/audit.ts'
import { rollingLog } from './fleet/processes/rolling-log.ts'

const bytesMax = 10 * 1024 * 1024
const filesMax = 5

export type AuditLog = (entry: AuditEntry) => void

/**
 * Every call of the AWS APIs, and who signs in to the console, a line of JSON each: `audit.log`, and what it held before beside it.
 * Where nobody could be let in, it is `audit-strangers.log`: whoever reaches the port can fill that one, and push out nothing else.
 */
export function auditLog(disk: Disk, dataDirectory: string): AuditLog {
  const logOf = (name: string) => rollingLog(disk, join(dataDirectory, name), { bytesMax, filesMax })
  const known = logOf('audit.log')
  const strangers = logOf('audit-strangers.log')
  return (entry) => (entry.userIdentity ? known : strangers).write(JSON.stringify(entry))
}
