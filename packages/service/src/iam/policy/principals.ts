import { MalformedPolicy } from './malformed-policy.ts'

/** Who asks. */
export interface Caller {
  /** As GetCallerIdentity tells it: of a session of a role, `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string
  /** Of the user or role itself: aws:PrincipalArn. */
  readonly principalArn: string
  readonly account: string
  readonly userId: string
  readonly type: 'Account' | 'User' | 'AssumedRole'
}

/**
 * How a statement of a resource's policy names a caller: `direct`, or by the account, which leaves it to the account's own
 * policies what they let the caller do (IAM User Guide, "AWS JSON policy elements: Principal").
 */
type Naming = 'direct' | 'account' | null

/** Whom a statement of a resource's policy is about. */
export class Principals {
  readonly #everybody: boolean
  readonly #accounts: ReadonlySet<string>
  readonly #arns: ReadonlySet<string>

  private constructor(everybody: boolean, accounts: ReadonlySet<string>, arns: ReadonlySet<string>) {
    this.#everybody = everybody
    this.#accounts = accounts
    this.#arns = arns
  }

  /** Throws MalformedPolicy. */
  static of(element: unknown): Principals {
    if (element === '*') return new Principals(true, new Set(), new Set())
    if (typeof element !== 'object' || element === null || Array.isArray(element))
      throw invalidPrincipal(element)
    const names: string[] = []
    for (const [kind, value] of Object.entries(element)) {
      const values: unknown[] = [value].flat()
      if (values.length === 0 || !values.every((one) => typeof one === 'string'))
        throw invalidPrincipal(value)
      // AWS's own services never ask here.
      if (kind === 'AWS') names.push(...values)
      else if (kind !== 'Service') throw new MalformedPolicy(`Invalid principal type in policy: ${kind}`)
    }
    const accounts = new Set<string>()
    const arns = new Set<string>()
    for (const name of names) {
      const account = /^(?:arn:[\w-]+:iam::(\d{12}):root|(\d{12}))$/.exec(name)
      if (account) accounts.add(account[1] ?? account[2] ?? '')
      else if (isPrincipalArn(name)) arns.add(name)
      else if (name !== '*') throw invalidPrincipal(name)
    }
    return new Principals(names.includes('*'), accounts, arns)
  }

  naming({ arn, principalArn, account, type }: Caller): Naming {
    if (this.#everybody || this.#arns.has(arn) || this.#arns.has(principalArn)) return 'direct'
    if (!this.#accounts.has(account)) return null
    return type === 'Account' ? 'direct' : 'account'
  }
}

function isPrincipalArn(text: string): boolean {
  return /^arn:[\w-]+:(?:iam::\d{12}:(?:user|role)|sts::\d{12}:assumed-role)\/[\w+=,.@/-]+$/.test(text)
}

function invalidPrincipal(value: unknown): MalformedPolicy {
  return new MalformedPolicy(`Invalid principal in policy: ${JSON.stringify(value)}`)
}
