import type { Identities, IdentitiesSnapshot } from './identities.ts'
import type { NamedPolicy } from './policy/decision.ts'
import { policyOf } from './policy/policy.ts'
import { Refusals } from './refusals.ts'

/** Who may log in at a cluster's brokers and what they may do there, as one text can carry it to a broker's process. */
export interface ClusterAccessSnapshot {
  readonly identities: IdentitiesSnapshot
  readonly clusterArn: string
  /** The cluster's own, as it was given. */
  readonly policy: string | null
}

/** The same, asked by brokers; what changes counts from the next question on. */
export class ClusterAccess {
  readonly identities: Identities
  readonly clusterArn: string
  /** Told once, whichever of the brokers was asked. */
  readonly refusals = new Refusals()
  readonly #policyText: () => string | null
  #policy: { text: string | null; compiled: NamedPolicy | null } = { text: null, compiled: null }
  readonly #listeners = new Set<() => void>()

  constructor(identities: Identities, clusterArn: string, policyText: () => string | null) {
    this.identities = identities
    this.clusterArn = clusterArn
    this.#policyText = policyText
  }

  get policy(): NamedPolicy | null {
    const text = this.#policyText()
    if (text !== this.#policy.text) this.#policy = { text, compiled: clusterPolicyOf(text) }
    return this.#policy.compiled
  }

  get snapshot(): ClusterAccessSnapshot {
    const { identities, clusterArn } = this
    return { identities: identities.snapshot, clusterArn, policy: this.#policyText() }
  }

  /** The cluster has another policy. */
  policyChanged(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Tells of other identities, too. Returns what takes the listener away again. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    const forget = this.identities.onChange(listener)
    return () => {
      this.#listeners.delete(listener)
      forget()
    }
  }
}

/** As it was stored, and understood then. */
export function clusterPolicyOf(text: string | null): NamedPolicy | null {
  return text === null ? null : { name: 'the cluster policy', policy: policyOf(text, 'resource') }
}
