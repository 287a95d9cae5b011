import type { Filter, ListSecretsRequest, ListSecretsResponse } from '@aws-sdk/client-secrets-manager'
import type { SecretRecord } from '../../../fleet/secrets/secret-record.ts'
import { invalidNextToken, invalidParameter } from '../exceptions.ts'
import { describedSecret, stagesOf } from '../secret-shapes.ts'
import type { Services } from '../services.ts'

const pageSizeDefault = 100

/**
 * The secrets that pass every filter, oldest first unless told otherwise; those that are marked for deletion only where
 * they are asked for. A page begins behind the secret that its token names, wherever that stands now.
 */
export const listSecrets =
  ({ secrets }: Pick<Services, 'secrets'>) =>
  (input: ListSecretsRequest): ListSecretsResponse => {
    const filters = (input.Filters ?? []).map(passing)
    const all = secrets
      .list()
      .filter(({ deletion }) => deletion === null || input.IncludePlannedDeletion)
      .filter((record) => filters.every((passes) => passes(record)))
    const sorted = inOrder(all, input)
    const { NextToken: token, MaxResults: size = pageSizeDefault } = input
    const after = token === undefined ? -1 : sorted.findIndex(({ uuid }) => uuid === token)
    if (token !== undefined && after < 0) throw invalidNextToken()
    const shown = sorted.slice(after + 1, after + 1 + size)
    const last = shown.at(-1)
    return {
      SecretList: shown.map((record) => ({
        ...describedSecret(record),
        SecretVersionsToStages: stagesOf(record),
      })),
      ...(last && last !== sorted.at(-1) && { NextToken: last.uuid }),
    }
  }

function inOrder(records: readonly SecretRecord[], { SortBy, SortOrder }: ListSecretsRequest) {
  const timeOf: Record<string, (record: SecretRecord) => number> = {
    'last-accessed-date': ({ accessedAtMs }) => accessedAtMs ?? 0,
    'last-changed-date': ({ changedAtMs }) => changedAtMs,
  }
  const of = timeOf[SortBy ?? ''] ?? (({ createdAtMs }) => createdAtMs)
  const sorted = [...records].sort((a, b) => (SortBy === 'name' ? (a.name < b.name ? -1 : 1) : of(a) - of(b)))
  return SortOrder === 'desc' ? sorted.reverse() : sorted
}

/** What of a secret a filter looks at, and whether the case of letters counts. */
const looks: Readonly<Record<string, { at: (record: SecretRecord) => string[]; anyCase?: true }>> = {
  name: { at: ({ name }) => [name] },
  description: { at: ({ description }) => [description ?? ''], anyCase: true },
  'tag-key': { at: ({ tags }) => Object.keys(tags) },
  'tag-value': { at: ({ tags }) => Object.values(tags) },
  // Here all secrets are of this region, and no service owns one.
  'primary-region': { at: () => [] },
  'owning-service': { at: () => [] },
  all: {
    at: ({ name, description, tags }) =>
      [name, description ?? '', ...Object.keys(tags), ...Object.values(tags)].flatMap(words),
    anyCase: true,
  },
}

/** A value is the beginning of what is looked at; behind an exclamation mark, of what must not be there. */
function passing({ Key: key, Values: values = [] }: Filter): (record: SecretRecord) => boolean {
  const look = looks[key ?? '']
  if (!look) throw invalidParameter(`Invalid filter key: ${key}.`)
  const folded = (text: string) => (look.anyCase ? text.toLowerCase() : text)
  const wanted = key === 'all' ? values.flatMap(words) : values
  return (record) => {
    const texts = look.at(record).map(folded)
    const begins = (value: string) => texts.some((text) => text.startsWith(folded(value)))
    const isMet = (value: string) => (value.startsWith('!') ? !begins(value.slice(1)) : begins(value))
    return wanted.some(isMet)
  }
}

function words(text: string): string[] {
  return text.split(/[\s/_+=.@-]+/).filter((word) => word !== '')
}
