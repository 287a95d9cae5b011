import { AwsException, storedOr } from '../exceptions.ts'

/** The exceptions of Kinesis' model, with the texts that AWS has. */

export function invalidArgument(message: string): AwsException {
  return new AwsException('InvalidArgumentException', 400, message)
}

export function inUse(message: string): AwsException {
  return new AwsException('ResourceInUseException', 400, message)
}

export function notFound(message: string): AwsException {
  return new AwsException('ResourceNotFoundException', 400, message)
}

export function limitExceeded(message: string): AwsException {
  return new AwsException('LimitExceededException', 400, message)
}

/** Of more problems AWS tells the first ten. */
export const problemsMax = 10

export function validation(...problems: readonly string[]): AwsException {
  const count = `${problems.length} validation error${problems.length > 1 ? 's' : ''}`
  return new AwsException('ValidationException', 400, `${count} detected: ${problems.join('; ')}`)
}

/** Of a member, by its name on the wire, that goes with no other mode. */
export function onDemandOnly(member: string): AwsException {
  return validation(`Value at '${member}' failed to satisfy constraint: it is for streams in mode ON_DEMAND`)
}

/** What cannot be read as the input of an operation. */
export function serialization(message: string): AwsException {
  return new AwsException('SerializationException', 400, message)
}

export function expiredIterator(...times: Times): AwsException {
  const message = `Iterator expired. The iterator ${tooLongAgo(...times)}`
  return new AwsException('ExpiredIteratorException', 400, message)
}

export function expiredToken(...times: Times): AwsException {
  const message = `NextToken expired. The token ${tooLongAgo(...times)}`
  return new AwsException('ExpiredNextTokenException', 400, message)
}

type Times = [createdAtMs: number, nowMs: number, toleratedMs: number]

function tooLongAgo(...[createdAtMs, nowMs, toleratedMs]: Times): string {
  return `was created at time ${javaDate(createdAtMs)} while right now it is ${javaDate(nowMs)} which is further in the future than the tolerated delay of ${toleratedMs} milliseconds.`
}

export function throughputExceeded(message: string): AwsException {
  return new AwsException('ProvisionedThroughputExceededException', 400, message)
}

export function internalFailure(): AwsException {
  return new AwsException('InternalFailureException', 500, 'Internal service failure.')
}

export function dryRun(): AwsException {
  return new AwsException(
    'DryRunOperationException',
    400,
    'Request would have succeeded, but the DryRun flag is set.',
  )
}

/** Runs a change; where the disk did not take it, there is none. */
export function stored<Result>(change: () => Result): Result {
  const refused = (why: string) =>
    new AwsException('InternalFailureException', 500, `It could not be stored. ${why}`)
  return storedOr(refused, change)
}

/** `Wed Sep 17 00:27:22 UTC 2014` */
function javaDate(ms: number): string {
  const [day, date, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ')
  return `${day} ${month} ${date} ${time} UTC ${year}`
}
