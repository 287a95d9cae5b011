import type { Clock, Disk, Random } from '@sluice/effects'
import { AuditedCall, type AuditEntry } from './aws/audit.ts'
import { type ConsoleFacts, consolePath, consoleSurface } from './console/console.ts'
import { Tickets } from './console/tickets.ts'
import { addressOf } from './fleet/engines/listeners.ts'
import { dialled, isOpenToOthers, ownHostNames, type Reach } from './fleet/reach.ts'
import type { Surface } from './http/surface.ts'
import type { Identities, KeyOwner } from './iam/identities.ts'

interface OwnConsoleOptions {
  facts: ConsoleFacts
  directory: string
  reach: Reach
  identities: Identities
  /** Is told of everybody who asks to be signed in. */
  audit: (entry: AuditEntry) => void
  effects: { clock: Clock; disk: Disk; random: Random }
}

/** The console of this service, and the links that open it. */
export class OwnConsole {
  /** What is below `consolePath`. */
  readonly subtree: Readonly<Record<string, Surface>>
  readonly #options: OwnConsoleOptions
  readonly #tickets: Tickets

  constructor(options: OwnConsoleOptions) {
    this.#options = options
    this.#tickets = new Tickets(options.effects)
    const knownHosts = ownHostNames(options.reach)
    const onSignIn = this.#tellOfSignIn.bind(this)
    const surface = consoleSurface({ ...options, tickets: this.#tickets, knownHosts, onSignIn })
    this.subtree = { [consolePath]: surface }
  }

  /** As CloudTrail tells of AWS's console. */
  #tellOfSignIn(sourceIp: string | undefined, key: KeyOwner | null): void {
    const { audit, effects } = this.#options
    const call = new AuditedCall(audit, effects.clock, { requestId: effects.random.uuid(), sourceIp })
    call.asks('signin', 'ConsoleLogin')
    if (key) call.comesFrom(key)
    call.ended(key ? null : 'AccessDenied')
  }

  /** Where browsers of this machine find it. */
  address(port: number): string {
    return `http://${addressOf({ host: dialled(this.#options.reach.host), port })}${consolePath}`
  }

  /** One that opens it signed in, for one browser: to be shown to the owner of the data directory alone. */
  link(port: number): string {
    const { needsSignature } = this.#options.facts
    return needsSignature ? `${this.address(port)}#ticket=${this.#tickets.issue()}` : this.address(port)
  }

  /** For the screen of a start, which others may see, too: signed in only where nobody else reaches the port. */
  linkOfStart(port: number): string {
    return isOpenToOthers(this.#options.reach) ? this.address(port) : this.link(port)
  }
}
