import type { Permissions } from '../../authorizer/permissions.ts'

/** A way by which a client proves who it is (SASL). What it needs to know of users is its maker's affair. */
export interface SaslMechanism {
  /** As the wire has it: `SCRAM-SHA-512`. */
  readonly name: string
  /** Begins one login. */
  begin(): SaslExchange
}

/**
 * Mechanisms of whoever has started the node, which the engine does not know, by the listener where they are meant: there
 * alone, for one of the same name may be the engine's own elsewhere.
 */
export type GivenMechanisms = Readonly<Partial<Record<string, readonly SaslMechanism[]>>>

/** One login: pure but for what it asks of its maker. After `done` or a rejection it is over. */
export interface SaslExchange {
  /**
   * The next bytes of the client in, ours out. Throws LoginRefused where the client is not who it says; any other error
   * is a bug or that of a part that could not be asked. `client` is the address that it comes from.
   */
  evaluate(token: Buffer, client: string): SaslStep | Promise<SaslStep>
}

export interface SaslStep {
  readonly reply: Buffer
  /** Set when the client is known. */
  readonly done?: Identity
}

/** Who has logged in. */
export interface Identity {
  /** As Apache Kafka writes it: `User:alice`. */
  readonly principal: string
  /** Until when what it has shown is good, wall-clock time, ms; null: without end. */
  readonly expiresAtMs: number | null
  /** By a delegation token: who has one makes no other. */
  readonly isByToken?: boolean
  /** What it may do, where who lets it in says that too; else the node's authorizer does. */
  readonly permissions?: Permissions
}

/** A login that fails, by what the client has sent. The message goes to the client and has nothing secret in it. */
export class LoginRefused extends Error {
  override name = 'LoginRefused'
  /** For the log alone. */
  readonly reason: string
  /** What the mechanism itself says to it: the client answers that, and only then hears of the failure (RFC 7628). */
  readonly challenge: Buffer | null
  /** What else the log may know of it, which is another each time. */
  readonly facts: Record<string, string>

  constructor(
    message: string,
    reason = message,
    more: { challenge?: Buffer | null; facts?: Record<string, string> } = {},
  ) {
    super(message)
    this.reason = reason
    this.challenge = more.challenge ?? null
    this.facts = more.facts ?? {}
  }
}

/** What Apache Kafka says of bad credentials, whatever is bad of them. */
export function invalidCredentials(mechanism: string, reason: string): LoginRefused {
  const message = `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`
  return new LoginRefused(message, reason)
}
