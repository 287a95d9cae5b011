import { type Clock, systemClock } from './clock.ts'
import type { Disk } from './disk.ts'
import { systemDisk } from './disk-system.ts'
import type { Network } from './network.ts'
import { systemNetwork } from './network-system.ts'
import { type Machine, systemMachine } from './machine.ts'
import { type ChildProcesses, systemProcesses } from './processes.ts'
import { type Random, systemRandom } from './random.ts'
import { systemUrls, type Urls } from './urls.ts'

/** What the code knows of the world, but for where it logs. */
export interface SystemEffects {
  readonly clock: Clock
  readonly disk: Disk
  readonly network: Network
  readonly random: Random
  readonly processes: ChildProcesses
  readonly urls: Urls
  readonly machine: Machine
}

/** The real ones, for whoever composes a program. */
export function systemEffects(): SystemEffects {
  return {
    clock: systemClock(),
    disk: systemDisk(),
    network: systemNetwork(),
    random: systemRandom(),
    processes: systemProcesses(),
    urls: systemUrls(),
    machine: systemMachine(),
  }
}
