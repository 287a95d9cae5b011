import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from '@sluice/effects'
import type { SaltedCredential } from '../../engines/cluster-view.ts'
import type { ScramUserRecord } from '../cluster-record.ts'
import { scramDifference, type ScramLogin } from '../scram-users.ts'
import type { Done, Pass, Step } from './pass.ts'

const deriveKey = promisify(pbkdf2)
/** The least that Kafka takes, and what its own tools take by default. */
const iterations = 4_096
const saltBytes = 24
const keyBytes = 64

/**
 * Brings the users that can log in by SCRAM to those of the associated secrets. Whoever may be on the brokers from now
 * on is in the record before: a service that dies in between leaves nobody there whom nobody takes away.
 */
export const setScramUsers: Step = async (pass): Promise<Done> => {
  const { runtime, effects, cluster, plan } = pass
  if (!runtime.scramUsersChecked) await forgetMissing(pass)
  const { set, remove, after } = scramDifference(pass.record, pass.secrets.list())
  if (set.length > 0 || remove.length > 0) {
    pass.update({ scramUsers: onTheWay(pass.record.scramUsers ?? [], set, after) })
    // One after another: the threads that do this also wait for disks.
    const salted: SaltedCredential[] = []
    for (const login of set) salted.push(await saltedCredential(login, effects.random))
    await cluster.brokers.alterScramUsers(plan, { set: salted, remove })
    pass.update({ scramUsers: [...after] })
    effects.logger.info('users of SCRAM are set', {
      cluster: pass.record.name,
      set: set.map(({ user }) => user),
      removed: remove,
    })
  }
  runtime.scramUsersChecked = true
  return 'changed'
}

/** What the brokers have lost, or somebody has taken from them, is given to them again. */
async function forgetMissing(pass: Pass): Promise<void> {
  const known = await pass.cluster.brokers.scramUsers(pass.plan)
  const { scramUsers = [] } = pass.record
  const left = scramUsers.filter(({ user }) => known.has(user))
  if (left.length < scramUsers.length) pass.update({ scramUsers: left })
}

function onTheWay(
  before: readonly ScramUserRecord[],
  set: readonly ScramLogin[],
  after: readonly ScramUserRecord[],
): ScramUserRecord[] {
  const changed = new Set(set.map(({ user }) => user))
  return [
    ...before.filter(({ user }) => !changed.has(user)),
    ...after.filter(({ user }) => changed.has(user)).map((one) => ({ ...one, versionId: null })),
  ]
}

async function saltedCredential({ user, password }: ScramLogin, random: Random): Promise<SaltedCredential> {
  const salt = Buffer.from(random.bytes(saltBytes))
  const saltedPassword = await deriveKey(password, salt, iterations, keyBytes, 'sha512')
  return { user, iterations, salt, saltedPassword }
}
