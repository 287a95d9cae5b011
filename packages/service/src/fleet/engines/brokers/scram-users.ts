import { type Connection, throwOnError } from '@sluice/client'
import { AlterUserScramCredentials, DescribeUserScramCredentials, ErrorCode } from '@sluice/wire'
import type { ScramUsersChange } from '../cluster-view.ts'

/** SCRAM-SHA-512, as requests have it (KIP-554). */
const mechanism = 2

export async function scramUsers(connection: Connection): Promise<ReadonlySet<string>> {
  const answer = await connection.request(DescribeUserScramCredentials, { users: null })
  throwOnError(answer.errorCode, answer.errorMessage)
  const isMeant = ({ credentialInfos }: (typeof answer.results)[number]) =>
    credentialInfos?.some((one) => one.mechanism === mechanism)
  return new Set(answer.results.filter(isMeant).map(({ user }) => user))
}

export async function alterScramUsers(connection: Connection, change: ScramUsersChange): Promise<void> {
  const { results } = await connection.request(AlterUserScramCredentials, {
    deletions: change.remove.map((name) => ({ name, mechanism })),
    upsertions: change.set.map(({ user: name, ...salted }) => ({ name, mechanism, ...salted })),
  })
  // It had none, or has lost it already.
  for (const { user, errorCode, errorMessage } of results)
    if (errorCode !== ErrorCode.RESOURCE_NOT_FOUND) throwOnError(errorCode, `${user}: ${errorMessage}`)
}
