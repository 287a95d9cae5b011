import { currentStage, type SecretRecord, versionAt } from '../secrets/secret-record.ts'
import { nodeSubject } from '../authority/node-authority.ts'
import type { ClusterRecord, ScramUserRecord } from './cluster-record.ts'

/** A user with the password that its secret has now. */
export interface ScramLogin {
  user: string
  password: string
}

/** What the brokers have to be told, and who can log in afterwards. */
interface ScramDifference {
  set: readonly ScramLogin[]
  remove: readonly string[]
  after: readonly ScramUserRecord[]
}

/**
 * From the users that the brokers have to those whose secrets are associated with the cluster. A secret that says no
 * user any more, because it is deleted or spoilt, leaves its user as it is; of two that say the same user the later
 * one counts. Pure.
 */
export function scramDifference(
  { uuid, scramSecrets = [], scramUsers = [] }: Pick<ClusterRecord, 'uuid' | 'scramSecrets' | 'scramUsers'>,
  secrets: readonly SecretRecord[],
): ScramDifference {
  const byArn = new Map(secrets.map((secret) => [secret.arn, secret]))
  const wanted = new Map<string, ScramUserRecord>()
  const passwords = new Map<string, string>()
  for (const secretArn of scramSecrets) {
    const secret = byArn.get(secretArn)
    const login = secret && loginIn(secret)
    if (login && login.user !== nodeSubject(uuid)) {
      wanted.set(login.user, { user: login.user, secretArn, versionId: login.versionId })
      passwords.set(login.user, login.password)
    } else {
      for (const one of scramUsers) if (one.secretArn === secretArn) wanted.set(one.user, one)
    }
  }
  const isThere = (one: ScramUserRecord) =>
    scramUsers.some(
      ({ user, secretArn, versionId }) =>
        user === one.user && secretArn === one.secretArn && versionId === one.versionId,
    )
  const after = [...wanted.values()]
  return {
    set: after
      .filter((one) => !isThere(one))
      .map(({ user }) => ({ user, password: passwords.get(user) ?? '' })),
    remove: scramUsers.map(({ user }) => user).filter((user) => !wanted.has(user)),
    after,
  }
}

/** The user and the password that a secret's current value says; null where it says none, or may not be read. */
function loginIn(secret: SecretRecord): (ScramLogin & { versionId: string }) | null {
  const version = versionAt(secret, currentStage)
  if (!version || secret.deletion !== null || !('text' in version.value)) return null
  try {
    const { username, password } = Object(JSON.parse(version.value.text)) as Record<string, unknown>
    const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
    return isText(username) && isText(password) ? { user: username, password, versionId: version.id } : null
  } catch {
    return null
  }
}

/** AWS's own key of an account, which other services cannot read secrets with. */
const defaultKey = /(^|[:/])alias\/aws\/secretsmanager$/

/** Why a cluster cannot have this secret, as MSK says it; null where it can. */
export function scramSecretProblem(
  { uuid }: Pick<ClusterRecord, 'uuid'>,
  arn: string,
  secret: SecretRecord | undefined,
): string | null {
  if (!/:secret:AmazonMSK_/.test(arn))
    return "The provided secret arn cannot be used with Amazon MSK. Secret names must have the prefix 'AmazonMSK_'"
  if (!secret || secret.arn !== arn || secret.deletion !== null)
    return "Amazon MSK wasn't able to access the provided secret."
  if (secret.kmsKeyId === null || defaultKey.test(secret.kmsKeyId))
    return "The provided secret is encrypted with the default key. You can't use this secret with Amazon MSK."
  const login = loginIn(secret)
  if (!login) return 'The value of the provided secret must be {"username":"…","password":"…"}.'
  // It may do everything.
  if (login.user === nodeSubject(uuid))
    return 'The user of the provided secret has the name of the cluster’s nodes.'
  return null
}
