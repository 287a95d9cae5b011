import type { ClientLogin } from './login.ts'

/** PLAIN (RFC 4616): the password as it is, which is for encrypted connections. */
export function plainLogin(user: string, password: string): ClientLogin {
  const first = Buffer.from(`\0${user}\0${password}`)
  return { mechanism: 'PLAIN', begin: () => ({ first, next: () => null }) }
}
