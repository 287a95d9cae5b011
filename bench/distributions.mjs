// Where the benchmark has Apache Kafka from: the same resolution as the service's own. Bundled when it is needed.
import { lineLogger, systemClock, systemDisk, systemProcesses } from '@sluice/effects'
import { Distributions } from '../packages/service/src/fleet/jvm/distributions.ts'

export function distributions(say) {
  const clock = systemClock()
  const logger = lineLogger(say, 'warn', () => clock.now())
  const effects = { clock, disk: systemDisk(), processes: systemProcesses(), logger }
  return new Distributions({ effects, environment: process.env, onProgress: say })
}
