import * as os from 'node:os'

/** The machine that everything runs on. */
export interface Machine {
  /** Of each processor, seconds since it started by what it did. */
  processors(): readonly Readonly<Record<'user' | 'nice' | 'system' | 'idle' | 'iowait', number>>[]
  /** Bytes. */
  memory(): { total: number; available: number }
  /** Averages of the last 1, 5 and 15 minutes. */
  load(): readonly [number, number, number]
}

export function systemMachine(): Machine {
  return {
    processors: () =>
      os.cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
        user: user / 1_000,
        nice: nice / 1_000,
        system: (sys + irq) / 1_000,
        idle: idle / 1_000,
        // Node does not tell it from idle.
        iowait: 0,
      })),
    memory: () => ({ total: os.totalmem(), available: os.freemem() }),
    load: () => {
      const [one = 0, five = 0, fifteen = 0] = os.loadavg()
      return [one, five, fifteen]
    },
  }
}
