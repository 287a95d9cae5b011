import type { Clock, Disk, Logger } from '@sluice/effects'
import { readAccessKeys } from './access-keys.ts'
import { loadAccessKey } from './credentials.ts'
import { type ClusterStore, clusterStore } from './fleet/clusters/cluster-store.ts'
import { codeOf, OperatingError } from './fleet/operating-error.ts'
import { accountId, defaultRegion, placeOf } from './fleet/place.ts'
import { clusterPolicyOf } from './iam/cluster-access.ts'
import { callerOf, emptyTable, Identities, type IdentitiesSnapshot } from './iam/identities.ts'
import { IdentitiesInvalid } from './iam/identity-table.ts'
import { accountOfArn } from './iam/policy/arn-pattern.ts'
import { type Decision, judge, type NamedPolicy, type Question } from './iam/policy/decision.ts'
import type { Caller } from './iam/policy/principals.ts'
import { contextOf } from './iam/request-context.ts'
import { identitiesPath } from './identity-files.ts'
import { readState } from './state-file.ts'
import { UsageError } from './usage-error.ts'

interface Asked {
  /** An ARN, or an access key. */
  who: string
  action: string
  resource: string
  /** What the request would have beside, for conditions: `aws:SourceIp` and the like. */
  context: Readonly<Record<string, string>>
}

/** Whether somebody may do something, by what the data directory says now; no service has to run. */
export function askIam(
  effects: { disk: Disk; clock: Clock; logger: Logger },
  dataDirectory: string,
  { who, action, resource, context }: Asked,
): { question: Question; decision: Decision } {
  const identities = identitiesIn(effects.disk, dataDirectory)
  const caller = callerNamed(who, identities)
  const store = clusterStore({ ...effects, dataDirectory })
  store.load()
  const { policy, tags } = clusterBehind(store, resource)
  const { account, region } = identities.snapshot
  const resourceAccount = accountOfArn(resource) ?? account
  const role = action.toLowerCase() === 'sts:assumerole' ? identities.role(resource) : undefined
  const more = { ...tags, ...context }
  const question = {
    caller,
    action,
    resource,
    resourceAccount,
    context: contextOf({
      caller,
      nowMs: effects.clock.now(),
      sourceIp: undefined,
      isEncrypted: action.startsWith('kafka-cluster:'),
      region,
      resourceAccount,
      more: new Map(Object.entries(more).map(([key, value]) => [key.toLowerCase(), [value]])),
    }),
  }
  const decision = judge(question, {
    identity: identities.policiesOf(caller),
    session: null,
    resource: role?.trust ?? policy,
    needsResource: role !== undefined,
  })
  return { question, decision }
}

/** Those of a data directory as its files say now. Throws an OperatingError where they are not understood. */
export function identitiesIn(disk: Disk, dataDirectory: string): Identities {
  const region = readState(disk, dataDirectory)?.region ?? defaultRegion
  const path = identitiesPath(dataDirectory)
  const snapshot: IdentitiesSnapshot = {
    ...placeOf(region, accountId),
    ownerKey: loadAccessKey(disk, dataDirectory) ?? null,
    keys: readAccessKeys(disk, dataDirectory),
    table: textOf(disk, path) ?? emptyTable,
  }
  try {
    return new Identities(snapshot)
  } catch (error) {
    if (!(error instanceof IdentitiesInvalid)) throw error
    throw new OperatingError(`${path} is not understood.`, {
      code: 'IDENTITIES_INVALID',
      why: error.message,
      next: 'Correct it at that place. A service that runs goes on with what the file said before.',
    })
  }
}

function callerNamed(who: string, identities: Identities): Caller {
  const byKey = identities.find(who, undefined)
  if (byKey) return byKey.caller
  const session = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(who)
  if (session) {
    const [, account, role = '', name = ''] = session
    const known = identities.roles.find(
      (arn) => arn.includes(`::${account}:role/`) && arn.endsWith(`/${role}`),
    )
    return callerOf(
      known ?? who.replace(':sts:', ':iam:').replace(/:assumed-role\/.*$/, `:role/${role}`),
      name,
    )
  }
  if (/^arn:[\w-]+:iam::\d{12}:(root|(user|role)\/.+)$/.test(who)) return callerOf(who, 'session')
  throw new UsageError(
    `"${who}" is neither an access key of this data directory nor the ARN of a user, a role or a session.`,
  )
}

/** Of a cluster, or of a topic, a group or a transactional id of one. */
function clusterBehind(
  store: ClusterStore,
  resource: string,
): { policy: NamedPolicy | null; tags: Record<string, string> } {
  const match =
    /^(arn:[^:]*:kafka:[^:]*:[^:]*:)(?:cluster|topic|group|transactional-id)(\/[^/]+\/[^/]+)/.exec(resource)
  const record = match ? store.byArn(`${match[1]}cluster${match[2]}`) : undefined
  if (!record) return { policy: null, tags: {} }
  const tags = Object.entries(record.tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])
  return { policy: clusterPolicyOf(record.policy?.text ?? null), tags: Object.fromEntries(tags) }
}

function textOf(disk: Disk, path: string): string | null {
  try {
    return disk.readFileSync(path).toString()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}
