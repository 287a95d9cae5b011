import type { Member } from '../schema.ts'
import type { Constrain } from '../service.ts'
import { validation } from './exceptions.ts'

/** What a member may hold beyond its type. */
interface Rule {
  min?: number
  max?: number
  pattern?: RegExp
  oneOf?: readonly string[]
  /** Of the members of a list. */
  each?: { min?: number; max?: number; oneOf?: readonly string[] }
  /** Lengths of the keys and values of a map. */
  keys?: { min: number; max: number }
  values?: { min: number; max: number }
}

const name: Rule = { min: 1, max: 128, pattern: /^[a-zA-Z0-9_.-]+$/ }
const hashKey: Rule = { pattern: /^(?:0|([1-9]\d{0,38}))$/ }
const sequenceNumber: Rule = { pattern: /^(?:0|([1-9]\d{0,128}))$/ }
const page: Rule = { min: 1, max: 10_000 }
const encryption: Rule = { oneOf: ['KMS', 'NONE'] }

export const shardMetricNames = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
  'ALL',
]

/**
 * What the SDK's schema leaves out of request members, from the service model: lengths of texts, bytes and lists, ranges of
 * numbers, patterns and words. By structure where it is not the same everywhere.
 */
const rules: Readonly<Record<string, Rule>> = {
  StreamName: name,
  ExclusiveStartStreamName: name,
  StreamARN: { min: 1, max: 2_048, pattern: /^arn:aws.*:kinesis:.*:\d{12}:stream\/\S+$/ },
  StreamId: { min: 1, max: 24, pattern: /^[a-z0-9]{20}-[a-z0-9]{3}$/ },
  ShardId: name,
  ExclusiveStartShardId: name,
  ShardToSplit: name,
  ShardToMerge: name,
  AdjacentShardToMerge: name,
  NewStartingHashKey: hashKey,
  ExplicitHashKey: hashKey,
  StartingSequenceNumber: sequenceNumber,
  SequenceNumberForOrdering: sequenceNumber,
  SequenceNumber: sequenceNumber,
  PartitionKey: { min: 1, max: 256 },
  Data: { min: 0, max: 10_485_760 },
  Records: { min: 1, max: 500 },
  ShardIterator: { min: 1, max: 512 },
  NextToken: { min: 1, max: 1_048_576 },
  Limit: page,
  'ListTagsForStreamInput.Limit': { min: 1, max: 50 },
  MaxResults: page,
  ShardCount: { min: 1 },
  TargetShardCount: { min: 1 },
  RetentionPeriodHours: {},
  MaxRecordSizeInKiB: { min: 1_024, max: 10_240 },
  WarmThroughputMiBps: { min: 0 },
  ScalingType: { oneOf: ['UNIFORM_SCALING'] },
  'MinimumThroughputBillingCommitmentInput.Status': { oneOf: ['ENABLED', 'DISABLED'] },
  StreamMode: { oneOf: ['PROVISIONED', 'ON_DEMAND'] },
  RecordDistributionStrategy: { oneOf: ['AUTO', 'USER_PARTITION_KEY'] },
  ShardIteratorType: {
    oneOf: ['AFTER_SEQUENCE_NUMBER', 'LATEST', 'AT_TIMESTAMP', 'AT_SEQUENCE_NUMBER', 'TRIM_HORIZON'],
  },
  'ShardFilter.Type': {
    oneOf: [
      'AT_LATEST',
      'FROM_TIMESTAMP',
      'AT_TIMESTAMP',
      'FROM_TRIM_HORIZON',
      'AT_TRIM_HORIZON',
      'AFTER_SHARD_ID',
    ],
  },
  EncryptionType: encryption,
  KeyId: { min: 1, max: 2_048 },
  ConsumerName: name,
  ConsumerARN: {
    min: 1,
    max: 2_048,
    pattern: /^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+$/,
  },
  ResourceARN: {
    min: 1,
    max: 2_048,
    pattern: /^arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)\/\S+$/,
  },
  ChannelName: name,
  QueueName: name,
  QueueARN: { min: 1, max: 2_048, pattern: /^arn:aws.*:kinesis:.*:\d{12}:queue\/\S+$/ },
  VisibilityTimeoutSeconds: { min: 0, max: 43_200 },
  TargetType: { oneOf: ['BUILT_IN', 'NONE'] },
  MaxReceiveCount: { min: 1, max: 1_000 },
  'QueueStartingPosition.Type': { oneOf: ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] },
  ReceiptHandle: { min: 1, max: 1_024 },
  Entries: { min: 1, max: 10 },
  'ReceiveQueueRecordsInput.Limit': { min: 1, max: 10 },
  'ReceiveDeadLetterQueueRecordsInput.Limit': { min: 1, max: 10 },
  WaitTimeSeconds: { min: 1, max: 20 },
  ChannelARN: { min: 1, max: 2_048, pattern: /^arn:aws.*:kinesis:.*:\d{12}:channel\/\S+$/ },
  StreamConfigurationList: { min: 1, max: 10_000 },
  StreamFilter: { min: 1, max: 10_000 },
  ServiceExecutionRoleARN: {
    min: 1,
    max: 512,
    pattern: /^arn:aws[-a-z0-9]*:iam::\d{12}:role\/[a-zA-Z_0-9+=,.@\-_/]+$/,
  },
  RecordFormatType: { oneOf: ['GSR_JSON', 'JSON', 'STRING', 'BYTE_ARRAY'] },
  GSRSchemaARN: {
    min: 1,
    max: 512,
    pattern: /^arn:aws[-a-z0-9]*:glue:[-a-z0-9]+:\d{12}:schema\/[-a-zA-Z0-9_$#.]+\/[-a-zA-Z0-9_$#.]+$/,
  },
  BucketARN: { min: 1, max: 2_048, pattern: /^arn:aws[-a-z0-9]*:s3:::[a-z0-9._-]{3,63}$/ },
  ExpectedBucketOwner: { min: 12, max: 12, pattern: /^\d{12}$/ },
  ErrorOutputPrefix: { min: 1, max: 512, pattern: /^[0-9A-Za-z!\-_'.*()/]+$/ },
  OutputKeyTemplate: { min: 1, max: 1_024, pattern: /^[0-9A-Za-z!\-_'.*()/=:{}]+$/ },
  'S3StorageConfiguration.CompressionType': { oneOf: ['NONE', 'GZIP', 'ZSTD'] },
  'S3TablesConfiguration.CompressionType': { oneOf: ['NONE', 'ZSTD', 'SNAPPY'] },
  StorageClass: { oneOf: ['STANDARD', 'INTELLIGENT_TIERING', 'GLACIER_IR'] },
  DataFreshnessInSeconds: {},
  S3TablesConfigurationList: { min: 1, max: 10_000 },
  TableBucketARN: {
    min: 1,
    max: 2_048,
    pattern: /^arn:aws[-a-z0-9]*:s3tables:[-a-z0-9]+:\d{12}:bucket\/[a-z0-9_-]{3,63}$/,
  },
  Namespace: { min: 1, max: 255, pattern: /^[0-9a-z_]+$/ },
  TableName: { min: 1, max: 255, pattern: /^[0-9a-z_]+$/ },
  PartitionFields: { min: 1, max: 10 },
  Transform: { oneOf: ['TIME_HOUR'] },
  SourceName: { min: 1, max: 255, pattern: /^[a-zA-Z0-9._]+$/ },
  'ChannelEncryptionConfiguration.EncryptionType': { oneOf: ['KMS'] },
  LogGroupName: { min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ },
  LogStreamName: { min: 1, max: 512, pattern: /^[^:*]*$/ },
  ShardLevelMetrics: { min: 1, max: 7, each: { oneOf: shardMetricNames } },
  Tags: { min: 1, max: 200, keys: { min: 1, max: 128 }, values: { min: 0, max: 256 } },
  TagKeys: { min: 1, max: 50, each: { min: 1, max: 128 } },
  ExclusiveStartTagKey: { min: 1, max: 128 },
}

/** By member, for each is asked for again and again; each is of one structure. */
const found = new WeakMap<Member, Rule | null>()

export function ruleOf(structure: string, member: Member): Rule | null {
  const known = found.get(member)
  if (known !== undefined) return known
  const rule = rules[`${structure}.${member.name}`] ?? rules[member.name] ?? null
  found.set(member, rule)
  return rule
}

const none: readonly string[] = []

export const constrain: Constrain = (structure, member, value, at) => {
  const rule = ruleOf(structure, member)
  if (!rule || isRight(rule, value)) return
  return broken(rule, member, value).map((must) => problem(value, pathOf(at.path), must))
}

/** At a glance, of what there is most; of all else `broken` knows. */
function isRight({ min = 0, max = Infinity, pattern, oneOf }: Rule, value: unknown): boolean {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return false
  if (value.length < min || value.length > max) return false
  if (typeof value !== 'string') return true
  return (!pattern || pattern.test(value)) && (!oneOf || oneOf.includes(value))
}

/** A required member that is not there. */
export function missing(path: string): string {
  return problem(null, pathOf(path), 'Member must not be null')
}

/** `at` is how AWS names the member's place. */
export function violation(value: unknown, at: string, must: string) {
  return validation(problem(value, at, `Member must ${must}`))
}

function problem(value: unknown, at: string, must: string): string {
  const given = value === null ? 'null' : `'${shown(value)}'`
  return `Value ${given} at '${at}' failed to satisfy constraint: ${must}`
}

/** What the rule asks for and the value is not. */
function broken(rule: Rule, { type }: Member, value: unknown): readonly string[] {
  if (type.kind === 'number') {
    const { min = -Infinity, max = Infinity } = rule
    const must = !Number.isSafeInteger(value)
      ? 'be a whole number'
      : Number(value) < min
        ? `have value greater than or equal to ${min}`
        : Number(value) > max && `have value less than or equal to ${max}`
    return must ? [`Member must ${must}`] : []
  }
  if (type.kind === 'map') {
    const map = value as Readonly<Record<string, string>>
    const keys = Object.keys(map)
    return [
      ...brokenLength(rule, keys.length),
      ...brokenEach('Map keys', keys, rule.keys),
      ...brokenEach('Map value', Object.values(map), rule.values),
    ]
  }
  const length = brokenLength(rule, (value as { length: number }).length)
  const more =
    typeof value === 'string'
      ? brokenText(rule, value)
      : Array.isArray(value)
        ? brokenEach('Member', value, rule.each)
        : none
  return more.length === 0 ? length : [...length, ...more]
}

type Bounds = Pick<Rule, 'min' | 'max'>

function brokenLength({ min = 0, max = Infinity }: Bounds, length: number): readonly string[] {
  if (length > max) return [`Member must ${atMost(max)}`]
  return length < min ? [`Member must ${atLeast(min)}`] : none
}

const atMost = (max: number) => `have length less than or equal to ${max}`
const atLeast = (min: number) => `have length greater than or equal to ${min}`

function brokenText({ pattern, oneOf }: Rule, text: string): readonly string[] {
  const isOther = pattern !== undefined && !pattern.test(text)
  const isUnknown = oneOf !== undefined && !oneOf.includes(text)
  if (!isOther && !isUnknown) return none
  const shownPattern = pattern?.source.replace(/^\^(?:\(\?:)?|\)?\$$/g, '').replaceAll('\\/', '/')
  return [
    ...(isOther ? [`Member must satisfy regular expression pattern: ${shownPattern}`] : []),
    ...(isUnknown ? [`Member must satisfy enum value set: [${oneOf.join(', ')}]`] : []),
  ]
}

/** Of the members of a list, or the keys or values of a map. */
function brokenEach(what: string, texts: readonly string[], rule: Rule['each']): readonly string[] {
  if (!rule) return none
  const { min = 0, max = Infinity, oneOf } = rule
  if (oneOf && texts.some((text) => !oneOf.includes(text)))
    return [`${what} must satisfy constraint: [Member must satisfy enum value set: [${oneOf.join(', ')}]]`]
  if (texts.some(({ length }) => length < min || length > max))
    return [`${what} must satisfy constraint: [Member must ${atMost(max)}, Member must ${atLeast(min)}]`]
  return []
}

const shownMax = 512

/** As Java writes it; of what would be long, how much it is. */
function shown(value: unknown): string {
  if (value instanceof Uint8Array)
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`
  if (Array.isArray(value)) {
    const isOfTexts = value.every((item) => typeof item === 'string')
    return isOfTexts ? `[${cut(value.join(', '))}]` : `[${value.length} members]`
  }
  if (value === null || typeof value !== 'object') return cut(String(value as string | number))
  const entries = Object.entries(value).map(([key, item]) => `${key}=${item}`)
  return `{${cut(entries.join(', '))}}`
}

function cut(text: string): string {
  return text.slice(0, shownMax)
}

/** `Records[0].Data` is `records.1.member.data` to AWS. */
export function pathOf(path: string): string {
  return path
    .split('.')
    .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
    .join('.')
    .replace(/\[(\d+)\]/g, (_, at: string) => `.${Number(at) + 1}.member`)
}
