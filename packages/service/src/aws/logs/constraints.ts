import type { Constrain } from '../service.ts'
import { invalidParameter } from './exceptions.ts'

const groupPattern = /^[.\-_/#A-Za-z0-9]+$/
const streamPattern = /^[^:*]*$/

/** What the SDK's schema leaves out: lengths, ranges and patterns of request members, from the service model. */
const texts: Readonly<Record<string, { min: number; max: number; pattern?: RegExp }>> = {
  logGroupName: { min: 1, max: 512, pattern: groupPattern },
  logGroupNamePrefix: { min: 1, max: 512, pattern: groupPattern },
  logGroupNamePattern: { min: 0, max: 512 },
  logGroupIdentifier: { min: 1, max: 2_048 },
  logStreamName: { min: 1, max: 512, pattern: streamPattern },
  logStreamNamePrefix: { min: 1, max: 512, pattern: streamPattern },
  filterPattern: { min: 0, max: 1_024 },
  resourceArn: { min: 1, max: 1_011 },
  kmsKeyId: { min: 0, max: 256 },
  message: { min: 1, max: 1_048_576 },
}

/** By structure where it is not the same everywhere. */
const numbers: Readonly<Record<string, { min: number; max: number }>> = {
  'DescribeLogGroupsRequest.limit': { min: 1, max: 50 },
  'DescribeLogStreamsRequest.limit': { min: 1, max: 50 },
  limit: { min: 1, max: 10_000 },
  startTime: { min: 0, max: Number.MAX_SAFE_INTEGER },
  endTime: { min: 0, max: Number.MAX_SAFE_INTEGER },
  timestamp: { min: 0, max: Number.MAX_SAFE_INTEGER },
}

const words: Readonly<Record<string, readonly string[]>> = {
  orderBy: ['LogStreamName', 'LastEventTime'],
  logGroupClass: ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY'],
}

export const constrain: Constrain = (structure, { name }, value) => {
  const refuse = (must: string) => {
    throw invalidParameter(
      `1 validation error detected: Value '${String(value).slice(0, 512)}' at '${name}' failed to satisfy constraint: Member must ${must}`,
    )
  }
  const range = numbers[`${structure}.${name}`] ?? numbers[name]
  if (typeof value === 'number' && range) {
    if (!Number.isSafeInteger(value)) refuse('be a whole number')
    if (value < range.min) refuse(`have value greater than or equal to ${range.min}`)
    if (value > range.max) refuse(`have value less than or equal to ${range.max}`)
  }
  const text = texts[name]
  if (typeof value === 'string' && text) {
    if (value.length < text.min) refuse(`have length greater than or equal to ${text.min}`)
    if (value.length > text.max) refuse(`have length less than or equal to ${text.max}`)
    if (text.pattern && !text.pattern.test(value))
      refuse(`satisfy regular expression pattern: ${text.pattern.source.slice(1, -1)}`)
  }
  const known = words[name]
  if (known && !known.includes(String(value))) refuse(`satisfy enum value set: [${known.join(', ')}]`)
}
