import { LoginRefused, type SaslMechanism } from '@sluice/engine'
import type { Principal } from './row.ts'

export const passwords: Readonly<Record<Principal, string>> = { alice: 'a', bob: 'b', carol: 'c' }

type MayDoAll = (resource: string, name: string) => boolean

/** What each may do everything to. */
const owned: Readonly<Record<Principal, MayDoAll>> = {
  alice: (resource, name) => resource !== 'cluster' && name.startsWith('seen'),
  carol: (resource) => resource === 'cluster',
  bob: () => false,
}

/** The embedded engine has no ACLs: these logins bring what they may do. */
export const loginsWithPermissions: SaslMechanism = {
  name: 'PLAIN',
  begin: () => ({
    evaluate: (token) => {
      const [, user = '', password] = token.toString().split('\0')
      if (!isPrincipal(user) || password !== passwords[user]) throw new LoginRefused('a wrong password')
      const mayDoAll = owned[user]
      const permissions = {
        allows: (_: string, resource: string, name: string) => mayDoAll(resource, name),
        allowsAny: (_: string, resource: string) => mayDoAll(resource, 'seen'),
      }
      return { reply: Buffer.alloc(0), done: { principal: `User:${user}`, expiresAtMs: null, permissions } }
    },
  }),
}

function isPrincipal(user: string): user is Principal {
  return user in passwords
}
