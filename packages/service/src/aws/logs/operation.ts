import type { LogGroupRecord } from '../../fleet/logs/log-group-record.ts'
import type { LogStream } from '../../fleet/logs/log-stream.ts'
import { invalidParameter, noGroup, noStream } from './exceptions.ts'
import type { Services } from './services.ts'

/* What several operations share. */

/** How a request may name a log group: exactly one of the two. */
interface GroupChoice {
  logGroupName?: string | undefined
  logGroupIdentifier?: string | undefined
}

export function groupOf(
  { logGroups }: Pick<Services, 'logGroups'>,
  { logGroupName, logGroupIdentifier }: GroupChoice,
): LogGroupRecord {
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw invalidParameter('Exactly one of logGroupName and logGroupIdentifier must be specified.')
  const found = logGroups.find(logGroupName ?? logGroupIdentifier ?? '')
  if (!found) throw noGroup()
  return found
}

export function streamOf(
  { logGroups }: Pick<Services, 'logGroups'>,
  group: LogGroupRecord,
  name: string | undefined,
): LogStream {
  const found = logGroups.stream(group, name ?? '')
  if (!found) throw noStream()
  return found
}

/** That of tags, which is the group's ARN. */
export function groupOfArn(
  { logGroups }: Pick<Services, 'logGroups'>,
  arn: string | undefined,
): LogGroupRecord {
  const found = arn?.startsWith('arn:') ? logGroups.find(arn) : undefined
  if (!found) throw noGroup()
  return found
}

/** One page of what is in order of its names; its token is the name of the last one shown. */
export function pageByName<Item extends { name: string }>(
  items: readonly Item[],
  size: number,
  token: string | undefined,
): { items: Item[]; nextToken: string | undefined } {
  const start = token === undefined ? 0 : items.findIndex(({ name }) => name > token)
  const shown = start < 0 ? [] : items.slice(start, start + size)
  const last = shown.at(-1)
  return { items: shown, nextToken: last && last !== items.at(-1) ? last.name : undefined }
}

const tagsMax = 50

export function checkedTags(tags: Readonly<Record<string, string>> = {}): Record<string, string> {
  if (Object.keys(tags).length > tagsMax)
    throw invalidParameter(`The number of tags exceeds the limit of ${tagsMax}.`)
  for (const key of Object.keys(tags))
    if (key === '' || key.toLowerCase().startsWith('aws:'))
      throw invalidParameter(`The tag key '${key}' is not valid.`)
  return { ...tags }
}
