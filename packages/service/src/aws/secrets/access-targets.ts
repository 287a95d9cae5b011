import { policyOf } from '../../iam/policy/policy.ts'
import type { AccessTarget } from '../service.ts'
import type { Services } from './services.ts'

/** The secret that a call names, with its tags and its policy; one that is made has no six letters yet. */
export function secretTarget(
  { secrets }: Pick<Services, 'secrets'>,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): AccessTarget {
  const id = operation === 'CreateSecret' ? input['Name'] : input['SecretId']
  if (typeof id !== 'string') return { resource: '*' }
  const record = operation === 'CreateSecret' ? undefined : secrets.find(id)
  if (!record) return { resource: id.startsWith('arn:') ? id : secrets.arnOf(id) }
  const tags = Object.entries(record.tags).map(([key, value]) => [`secretsmanager:ResourceTag/${key}`, value])
  const policy =
    record.resourcePolicy === undefined
      ? null
      : { name: 'the resource policy', policy: policyOf(record.resourcePolicy, 'resource') }
  return { resource: record.arn, tags: record.tags, policy, more: Object.fromEntries(tags) }
}
