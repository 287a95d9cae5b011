import type { AccessTarget } from '../service.ts'
import type { Services } from './services.ts'

/** A role has to trust whoever assumes it; everybody may ask who they are, and for temporary credentials of their own. */
export function stsTargets(
  { identities }: Pick<Services, 'identities'>,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): AccessTarget[] {
  if (operation === 'GetCallerIdentity' || operation === 'GetSessionToken') return []
  if (operation !== 'AssumeRole') return [{ resource: '*' }]
  const resource = String(input['RoleArn'])
  const more = [
    ['sts:ExternalId', input['ExternalId']],
    ['sts:RoleSessionName', input['RoleSessionName']],
  ].filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  const policy = identities.role(resource)?.trust ?? null
  return [{ resource, policy, needsOwnPolicy: true, more: Object.fromEntries(more) }]
}
