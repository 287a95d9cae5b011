import type { Variables } from './policy/pattern.ts'
import type { Caller } from './policy/principals.ts'

/** What every request has for conditions and variables of policies. */
interface Circumstances {
  readonly caller: Caller
  readonly nowMs: number
  /** Of the client, where there is a network between. */
  readonly sourceIp: string | undefined
  readonly isEncrypted: boolean
  readonly region: string
  readonly resourceAccount: string
  /** What this request has beside, by keys in small letters. */
  readonly more?: ReadonlyMap<string, readonly string[]>
}

/** Conditions find what they ask for here, by keys in small letters (IAM User Guide, "AWS global condition context keys"). */
export function contextOf(given: Circumstances): Variables {
  return (key) => {
    const own = ownValue(key, given)
    return own === undefined ? given.more?.get(key) : [own]
  }
}

function ownValue(key: string, given: Circumstances): string | undefined {
  const { caller, nowMs } = given
  switch (key) {
    case 'aws:principalarn':
      return caller.principalArn
    case 'aws:principalaccount':
      return caller.account
    case 'aws:principaltype':
      return caller.type
    case 'aws:userid':
      return caller.userId
    case 'aws:username':
      return caller.type === 'User' ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : undefined
    case 'aws:sourceip':
      return given.sourceIp
    case 'aws:currenttime':
      return new Date(nowMs).toISOString()
    case 'aws:epochtime':
      return String(Math.floor(nowMs / 1_000))
    case 'aws:securetransport':
      return String(given.isEncrypted)
    case 'aws:requestedregion':
      return given.region
    case 'aws:resourceaccount':
      return given.resourceAccount
    default:
      return undefined
  }
}
