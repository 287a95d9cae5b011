import { testIdentities } from '../../../iam/testing/identities.ts'
import { credentials } from '../../testing/test-service.ts'

/* For tests: a user beside the account's own key, who may do what she is allowed and nothing else. */

export const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }

export const identities = testIdentities({
  ownerKey: credentials,
  keys: [{ ...alice, identity: 'arn:aws:iam::000000000000:user/alice' }],
})

/** In place of what she was allowed before; an action is one of Kinesis, without `kinesis:`. */
export function allowAlice(...statements: [action: string, resource: string][]): void {
  const Statement = statements.map(([action, Resource]) => ({
    Effect: 'Allow',
    Action: `kinesis:${action}`,
    Resource,
  }))
  const policies = [{ Version: '2012-10-17', Statement }]
  identities.replace({ ...identities.snapshot, table: JSON.stringify({ users: { alice: { policies } } }) })
}
