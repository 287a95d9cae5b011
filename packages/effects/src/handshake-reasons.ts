import type { TLSSocket } from 'node:tls'

/** Of certificates that OpenSSL finds fault with, what people can do something about. */
const faults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  CRL_HAS_EXPIRED: 'the revocation list of its authority has expired',
  UNABLE_TO_GET_CRL: 'its authority has no revocation list, and others have one',
}

const disbelief =
  'it does not believe the certificate of this listener: it has to trust the authority that has issued it'

/** What OpenSSL and Node say of handshakes that fail, by their codes, in words for people. */
const reasons: Readonly<Record<string, string>> = {
  ERR_SSL_HTTP_REQUEST: 'it speaks HTTP',
  ERR_SSL_NO_SHARED_CIPHER: 'it takes none of the ciphers that are served',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'it shows no certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: disbelief,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: disbelief,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: disbelief,
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': disbelief,
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN': disbelief,
  ERR_SSL_TLS_ALERT_UNKNOWN_CA: disbelief,
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks no TLS from 1.2 on',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what it sends is no TLS: its security.protocol is one without encryption',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the handshake took too long',
}

/** Why a client is refused that has shown a certificate. */
export function refusalOf({ authorizationError }: Pick<TLSSocket, 'authorizationError'>): string {
  // Its type says an Error; it is OpenSSL's code for one.
  const code = String(authorizationError)
  return faults[code] ?? `its certificate is of nobody whom this listener believes (${code})`
}

/** Why a handshake has failed; what nobody has put into words is told as OpenSSL has it. */
export function reasonOf(error: Error & { code?: string; reason?: string }): string {
  const { code, reason, message } = error
  const known = code === undefined ? undefined : reasons[code]
  if (known !== undefined) return known
  return reason === undefined ? message : `${reason} (${code})`
}
