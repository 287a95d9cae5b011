import { toTheSecond } from './shapes.ts'

type Filter = readonly { StreamARN?: string | undefined; StreamCreationTimestamp?: Date | undefined }[]

/** Whether something is of one of the streams that a list is asked for: by their ARNs, and to the second when they were made. */
export function isOfStreams(
  filter: Filter | undefined,
  { arn, createdAtMs }: { arn: string; createdAtMs: number },
): boolean {
  const second = toTheSecond(createdAtMs).getTime()
  const isMadeThen = (at: Date | undefined) =>
    at === undefined || toTheSecond(at.getTime()).getTime() === second
  return filter?.some((one) => one.StreamARN === arn && isMadeThen(one.StreamCreationTimestamp)) ?? true
}
