import type { NamedPolicy } from '../iam/policy/decision.ts'
import { policyOf } from '../iam/policy/policy.ts'

/** Records are replaced when something of them changes. */
const compiled = new WeakMap<{ policy: string | null }, NamedPolicy>()

/** The own policy of a stream or of a consumer under the name by which people find it; compiled when it is first asked. */
export function ownPolicy(record: { readonly policy: string | null }, name: string): NamedPolicy | null {
  if (record.policy === null) return null
  const known = compiled.get(record)
  if (known) return known
  const policy = { name, policy: policyOf(record.policy, 'resource') }
  compiled.set(record, policy)
  return policy
}
