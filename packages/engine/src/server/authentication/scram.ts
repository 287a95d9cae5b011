import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Random } from '@sluice/effects'
import {
  type Identity,
  invalidCredentials,
  type SaslExchange,
  type SaslMechanism,
  type SaslStep,
} from './mechanism.ts'

/** Kafka's two, with the number that requests and records have for each (KIP-554). */
export const scramMechanisms = {
  'SCRAM-SHA-256': { id: 1, hash: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { id: 2, hash: 'sha512', bytes: 64 },
} as const

export type ScramMechanismName = keyof typeof scramMechanisms

export function scramMechanismOf(id: number): ScramMechanismName | undefined {
  return (Object.keys(scramMechanisms) as ScramMechanismName[]).find(
    (name) => scramMechanisms[name].id === id,
  )
}

/** What is kept of a user: by none of it somebody else can log in (RFC 5802). */
export interface ScramCredential {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

const nonceBytes = 24
/** As Apache Kafka reads it, names of users have ASCII alone; `=2C` and `=3D` stand for comma and equals sign there. */
const namePattern = '(?:[\\x01-\\x2B\\x2D-\\x3C\\x3E-\\x7F]|=2C|=3D)+'
const valuePattern = '[\\x01-\\x2B\\x2D-\\x7F]+'
const noncePattern = '[\\x21-\\x2B\\x2D-\\x7E]+'
const extensionsPattern = `(?:,[A-Za-z]+=${valuePattern})*`
const firstMessage = new RegExp(
  `^(?<gs2>n,(?:a=(?<authorizationId>${namePattern}))?,)(?<bare>(?:m=${valuePattern},)?n=(?<name>${namePattern}),r=(?<nonce>${noncePattern})(?<extensions>${extensionsPattern}))$`,
)
const finalMessage = new RegExp(
  `^(?<without>c=(?<binding>[A-Za-z0-9+/=]+),r=(?<nonce>${noncePattern})${extensionsPattern}),p=(?<proof>[A-Za-z0-9+/=]+)$`,
)

interface ScramOptions {
  readonly name: ScramMechanismName
  readonly random: Random
  /** Who logs in by that name; `isToken`: by the id of a delegation token, whose owner that is then. */
  readonly knownAs: (
    name: string,
    isToken: boolean,
  ) => { credential: ScramCredential; identity: Identity } | undefined
}

/** SCRAM as RFC 5802 and Apache Kafka have it, without channel binding. */
export class Scram implements SaslMechanism {
  readonly name: ScramMechanismName
  readonly #random: Random
  readonly #knownAs: ScramOptions['knownAs']

  constructor(options: ScramOptions) {
    this.name = options.name
    this.#random = options.random
    this.#knownAs = options.knownAs
  }

  begin(): SaslExchange {
    return new ScramExchange(this.name, this.#random, this.#knownAs)
  }
}

/** What the first message of both sides has settled. */
interface Challenge {
  readonly user: string
  readonly credential: ScramCredential
  readonly identity: Identity
  readonly gs2Header: string
  readonly nonce: string
  /** Of what is signed: the first message of the client without its header, and ours. */
  readonly messages: string
}

class ScramExchange implements SaslExchange {
  readonly #name: ScramMechanismName
  readonly #random: Random
  readonly #knownAs: ScramOptions['knownAs']
  #challenge: Challenge | null = null

  constructor(name: ScramMechanismName, random: Random, knownAs: ScramOptions['knownAs']) {
    this.#name = name
    this.#random = random
    this.#knownAs = knownAs
  }

  evaluate(token: Buffer): SaslStep {
    return this.#challenge ? this.#prove(token, this.#challenge) : this.#begin(token)
  }

  #begin(token: Buffer): SaslStep {
    const {
      gs2 = '',
      bare,
      authorizationId,
      name = '',
      nonce,
      extensions = '',
    } = firstMessage.exec(token.toString())?.groups ?? {}
    if (bare === undefined) throw this.#refused('the first message is not one of SCRAM')
    const user = name.replaceAll('=2C', ',').replaceAll('=3D', '=')
    if (authorizationId !== undefined && authorizationId !== name)
      throw this.#refused(`${user} would be somebody else`)
    const isToken = extensions.split(',').includes('tokenauth=true')
    const known = this.#knownAs(user, isToken)
    if (!known) throw this.#refused(`no ${isToken ? 'token' : 'user'} ${user}`)
    const { credential } = known
    const ownNonce = `${nonce}${Buffer.from(this.#random.bytes(nonceBytes)).toString('base64url')}`
    const reply = `r=${ownNonce},s=${credential.salt.toString('base64')},i=${credential.iterations}`
    this.#challenge = { ...known, user, gs2Header: gs2, nonce: ownNonce, messages: `${bare},${reply}` }
    return { reply: Buffer.from(reply) }
  }

  #prove(token: Buffer, { user, credential, identity, gs2Header, nonce, messages }: Challenge): SaslStep {
    const parts = finalMessage.exec(token.toString())?.groups
    if (!parts) throw this.#refused('the last message is not one of SCRAM')
    if (parts['nonce'] !== nonce)
      throw this.#refused('the nonce is another one (of a librdkafka before 2.6.1?)')
    if (Buffer.from(parts['binding'] ?? '', 'base64').toString() !== gs2Header)
      throw this.#refused('the header is another one than in the first message')
    const { hash, bytes } = scramMechanisms[this.#name]
    const signed = `${messages},${parts['without']}`
    const proof = Buffer.from(parts['proof'] ?? '', 'base64')
    const signature = createHmac(hash, credential.storedKey).update(signed).digest()
    const clientKey =
      proof.length === bytes ? Buffer.from(proof.map((byte, at) => byte ^ (signature[at] ?? 0))) : proof
    // Compared in constant time: how much of it is right is nobody's business.
    const shown = createHash(hash).update(clientKey).digest()
    if (!timingSafeEqual(shown, credential.storedKey)) throw this.#refused(`a wrong password of ${user}`)
    const own = createHmac(hash, credential.serverKey).update(signed).digest('base64')
    return { reply: Buffer.from(`v=${own}`), done: identity }
  }

  #refused(reason: string) {
    return invalidCredentials(this.#name, reason)
  }
}

/** What is kept of a password that somebody else has salted (RFC 5802, section 3). */
export function credentialFrom(
  name: ScramMechanismName,
  salted: { salt: Buffer; iterations: number; saltedPassword: Buffer },
): ScramCredential {
  const { hash } = scramMechanisms[name]
  const keyOf = (text: string) => createHmac(hash, salted.saltedPassword).update(text).digest()
  return {
    salt: salted.salt,
    iterations: salted.iterations,
    storedKey: createHash(hash).update(keyOf('Client Key')).digest(),
    serverKey: keyOf('Server Key'),
  }
}
