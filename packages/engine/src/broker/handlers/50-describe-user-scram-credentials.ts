/*
 * DescribeUserScramCredentials, version 0: which mechanisms users have, and never a key (KIP-554).
 *
 * - No users, or null: all of them.
 * - One that is named twice is answered with 92, one that there is not with 91.
 */
import { DescribeUserScramCredentials, ErrorCode } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

export const describeUserScramCredentials = handler(
  DescribeUserScramCredentials,
  [whole('describe', 'cluster')],
  function* ({ users }, { broker }) {
    const known = credentialsByUser(broker)
    const counts = new Map<string, number>()
    for (const { name } of users ?? []) counts.set(name, (counts.get(name) ?? 0) + 1)
    const names = counts.size > 0 ? counts.keys() : known.keys()
    const results = []
    for (const user of names) {
      results.push(resultOf(user, counts.get(user) ?? 1, known.get(user)))
      yield
    }
    return { errorCode: ErrorCode.NONE, results }
  },
)

interface CredentialInfo {
  readonly mechanism: number
  readonly iterations: number
}

function credentialsByUser({ metadata }: BrokerServices): Map<string, CredentialInfo[]> {
  const found = new Map<string, CredentialInfo[]>()
  const all = [...metadata.security.scramCredentials()].sort((a, b) => a.mechanism - b.mechanism)
  for (const { name, mechanism, iterations } of all)
    found.set(name, [...(found.get(name) ?? []), { mechanism, iterations }])
  return found
}

function resultOf(user: string, times: number, credentialInfos: CredentialInfo[] | undefined) {
  if (times > 1)
    return {
      user,
      errorCode: ErrorCode.DUPLICATE_RESOURCE,
      errorMessage: `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
    }
  if (!credentialInfos)
    return {
      user,
      errorCode: ErrorCode.RESOURCE_NOT_FOUND,
      errorMessage: `Attempt to describe a user credential that does not exist: ${user}`,
    }
  return { user, errorCode: ErrorCode.NONE, errorMessage: null, credentialInfos }
}
