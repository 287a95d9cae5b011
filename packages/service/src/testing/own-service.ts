import { lineLogger, systemEffects } from '@sluice/effects'
import type { Reach } from '../fleet/reach.ts'
import { embeddedEngine } from '../fleet/engines/embedded.ts'
import { type Service, startService } from '../service.ts'

/** The real effects, and what is logged meanwhile. */
export function loggedEffects(lines: string[]) {
  const effects = systemEffects()
  return {
    ...effects,
    logger: lineLogger(
      (line) => lines.push(line),
      'debug',
      () => effects.clock.now(),
    ),
  }
}

/** The service as a start has it, with the cluster of a start, on ports that are free. Refused logins are told of at once. */
export function startOwnService(
  dataDirectory: string,
  effects: ReturnType<typeof loggedEffects>,
  {
    region,
    reach,
    properties = {},
  }: { region?: string; reach?: Reach; properties?: Record<string, string> } = {},
): Promise<Service> {
  return startService({
    dataDirectory,
    apiPort: 0,
    kafkaPort: 0,
    cluster: { kind: 'default' },
    properties: { 'connection.failed.authentication.delay.ms': '0', ...properties },
    region,
    ...(reach && { reach }),
    acceptAnySignature: false,
    effects,
    engines: [embeddedEngine(effects)],
    engine: undefined,
    hosting: undefined,
  })
}
