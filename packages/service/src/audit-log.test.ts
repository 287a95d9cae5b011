import { MemoryDisk } from '@sluice/effects'
import { expect, it } from 'vitest'
import { auditLog } from './audit-log.ts'
import type { AuditEntry } from './aws/audit.ts'

const entry: AuditEntry = {
  eventTime: '2026-11-29T00:00:00.000Z',
  requestID: '00000000-0000-0000-0000-000000000000',
  eventSource: 'kinesis.amazonaws.com',
  eventName: 'PutRecord',
  sourceIPAddress: '127.0.0.1',
  userIdentity: {
    type: 'User',
    arn: 'arn:aws:iam::000000000000:user/alice',
    accountId: '0',
    accessKeyId: 'A',
  },
  resource: '*',
  decision: 'allow',
  decidedBy: null,
  errorCode: null,
}
const stranger: AuditEntry = { ...entry, userIdentity: null, errorCode: 'UnrecognizedClientException' }

it('keeps what callers did however often strangers come, and of these no more than five files', () => {
  const disk = new MemoryDisk()
  disk.mkdirSync('/data')
  const write = auditLog(disk, '/data')
  write(entry)
  // A line of a megabyte, as none is: there need not be a hundred thousand of them.
  for (let call = 0; call < 100; call++) write({ ...stranger, resource: 'x'.repeat(1_000_000) })
  expect(JSON.parse(disk.readFileSync('/data/audit.log').toString())).toEqual(entry)
  const names = disk
    .readdirSync('/data')
    .map(({ name }) => name)
    .sort()
  const rolled = [1, 2, 3, 4].map((at) => `audit-strangers.log.${at}`)
  expect(names).toEqual(['audit-strangers.log', ...rolled, 'audit.log'])
})
