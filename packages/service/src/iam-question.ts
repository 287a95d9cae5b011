import type { Clock, Disk, Logger } from '@sluice/effects'
import { readAccessKeys } from './access-keys.ts'
import { loadAccessKey } from './credentials.ts'
import { type ClusterStore, clusterStore } from './fleet/clusters/cluster-store.ts'
import { codeOf, OperatingError } from './fleet/operating-error.ts'
import { knownActions } from './aws/known-actions.ts'
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
  checkAction(action)
  checkResource(resource)
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
    if (known === undefined) throw nobodyIs(`arn:…:iam::${account}:role/${role}`)
    return callerOf(known, name)
  }
  if (/^arn:[\w-]+:iam::\d{12}:root$/.test(who) || identities.knows(who)) return callerOf(who, 'session')
  if (/^arn:[\w-]+:iam::\d{12}:(user|role)\/.+$/.test(who)) throw nobodyIs(who)
  const meant = identities.named(who).map((arn) => ` Is ${arn} meant?`)
  throw new UsageError(
    `"${who}" is neither an access key of this data directory nor the ARN of a user, a role or a session.${meant.join('')}`,
  )
}

function nobodyIs(who: string): UsageError {
  return new UsageError(`iam.json knows no ${who}, and no access key is of it.`)
}

/** A word that no service has is a mistake, and would be refused for ever. */
function checkAction(action: string): void {
  const [service = '', name = ''] = action.split(':')
  const known = knownActions().get(service.toLowerCase())
  if (!known) {
    const services = [...knownActions().keys()].join(', ')
    throw new UsageError(`"${action}" is no action: it begins with one of ${services}, and a colon.`)
  }
  if (known.some((one) => one.toLowerCase() === name.toLowerCase())) return
  const [nearest] = known.toSorted((a, b) => distance(a, name) - distance(b, name))
  throw new UsageError(`${service} has no action "${name}". Is ${service}:${nearest} meant?`)
}

/** No policy names what is no ARN: whoever asks of such a thing has left something out. */
function checkResource(resource: string): void {
  if (resource !== '*' && !/^arn(?::[^:]*){4}:./.test(resource))
    throw new UsageError(
      `"${resource}" is no ARN, such as arn:aws:kafka:us-east-1:${accountId}:topic/<cluster>/<its uuid>/<topic>, nor *.`,
    )
}

/** Of Levenshtein, whatever the case. */
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let at = 1; at <= a.length; at++) {
    const next = [at]
    for (let to = 1; to <= b.length; to++)
      next[to] = Math.min(
        (row[to] ?? 0) + 1,
        (next[to - 1] ?? 0) + 1,
        (row[to - 1] ?? 0) + (a[at - 1] === b[to - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length] ?? 0
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
