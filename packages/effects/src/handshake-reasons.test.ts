import { expect, it } from 'vitest'
import { reasonOf } from './handshake-reasons.ts'

const failure = (code: string, reason?: string) =>
  Object.assign(new Error(`80CC:error:0A:SSL routines::${reason}:file.c:1:`), {
    code,
    ...(reason && { reason }),
  })

it.each([
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tlsv1 alert unknown ca', /^it does not believe the certificate/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number', /^what it sends is no TLS/],
  ['ERR_SSL_BAD_DH_VALUE', 'bad dh value', /^bad dh value \(ERR_SSL_BAD_DH_VALUE\)$/],
])('%s', (code, reason, words) => {
  expect(reasonOf(failure(code, reason))).toMatch(words)
})
