import type { Socket } from '@sluice/effects'
import { type Authorizer, openToAll, type Permissions } from '../authorizer/permissions.ts'
import { anonymousPrincipal } from '../metadata/controller-channel.ts'
import type { PrincipalMapping } from '../metadata/principal-mapping.ts'
import type { Identity } from './authentication/mechanism.ts'
import type { SaslLogin } from './authentication/sasl-login.ts'
import { distinguishedName } from './distinguished-name.ts'
import type { ListenerOptions } from './listeners.ts'
import { type Release, releaseOf } from './releases.ts'

/** Who is at the other end of a connection, and the way they came: what all its requests have in common. */
export class ConnectionSession {
  readonly listener: ListenerOptions
  /** That of the listener. */
  readonly release: Release | null
  /** The address that the client dialled. */
  readonly localAddress: string
  readonly remoteAddress: string
  /** What the client says of itself; set by ApiVersions (KIP-511). */
  software: ClientSoftware | null = null

  /** Of a listener where everybody has to log in. */
  readonly login: SaslLogin | null
  readonly #socket: Pick<Socket, 'peerSubject'>
  readonly #authorizer: Authorizer
  readonly #mapping: PrincipalMapping
  /** By its certificate, which does not change. */
  #named: string | null = null
  /** What the authorizer gives, and to whom: before its login a client is nobody. */
  #given: Permissions | null = null
  #givenTo: Identity | null = null

  constructor(
    listener: ListenerOptions,
    socket: Pick<Socket, 'localAddress' | 'remoteAddress' | 'peerSubject'>,
    login: SaslLogin | null = null,
    {
      authorizer = openToAll,
      mapping = asItIs,
    }: { authorizer?: Authorizer; mapping?: PrincipalMapping | undefined } = {},
  ) {
    this.listener = listener
    this.release = listener.release === undefined ? null : releaseOf(listener.release)
    this.login = login
    this.#socket = socket
    this.#authorizer = authorizer
    this.#mapping = mapping
    this.localAddress = socket.localAddress
    this.remoteAddress = socket.remoteAddress
  }

  /** As Apache Kafka writes it: by its login, or by the certificate that the client has, else nobody in particular. */
  get principal(): string {
    if (this.login) return this.login.identity?.principal ?? anonymousPrincipal
    return this.#named ?? this.#nameByCertificate() ?? anonymousPrincipal
  }

  /** It need not log in, or has. */
  get isKnown(): boolean {
    return this.login === null || this.login.identity !== null
  }

  /** It has shown a certificate, and no rule gives it a name that it may have here: it is nobody, and not anybody either. */
  get isUnnamed(): boolean {
    return this.#named === null && !this.login && this.#nameByCertificate() === null
  }

  #nameByCertificate(): string | null {
    const { peerSubject } = this.#socket
    if (peerSubject === null) return anonymousPrincipal
    const name = this.#mapping(distinguishedName(peerSubject))
    const principal = name === null ? null : `User:${name}`
    return (this.#named = principal === this.listener.refusedPrincipal ? null : principal)
  }

  /**
   * Who it is has been proved, and by no delegation token: those who are so known may have one made (KIP-48). Whoever brings
   * what they may do has none: who comes by a token brings nothing, and would be asked about by the ACLs.
   */
  get mayAskForTokens(): boolean {
    if (!this.login) return this.listener.protocol === 'SSL' && this.principal !== anonymousPrincipal
    const { identity } = this.login
    return identity !== null && identity.isByToken !== true && identity.permissions === undefined
  }

  get permissions(): Permissions {
    const identity = this.login?.identity ?? null
    if (identity?.permissions) return identity.permissions
    if (this.#given === null || this.#givenTo !== identity) {
      this.#given = this.#authorizer.permissionsOf(this.principal, this.remoteAddress)
      this.#givenTo = identity
    }
    return this.#given
  }
}

const asItIs: PrincipalMapping = (name) => name

interface ClientSoftware {
  readonly name: string
  readonly version: string
}
