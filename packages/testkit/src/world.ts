import {
  lineLogger,
  MemoryNetwork,
  MovableCalendar,
  type Network,
  seededRandom,
  silentLogger,
  systemClock,
  systemNetwork,
  systemRandom,
} from '@sluice/effects'
import type { NodeEffects } from '@sluice/engine'
import type { KafkaServerOptions } from './api.ts'

/** Where the nodes of one server, and the server itself, reach each other without a socket. */
export const insideHost = 'inside'
/** Where everybody else reaches the brokers. */
export const outsideHost = '127.0.0.1'

/** What the nodes of one server know of the world, but for their disk: a network in memory, and real sockets for clients. */
export type World = Omit<NodeEffects, 'disk' | 'calendar'> & { readonly calendar: MovableCalendar }

export function createWorld({ seed, log }: Pick<KafkaServerOptions, 'seed' | 'log'>, skewMs: number): World {
  const clock = systemClock()
  return {
    clock,
    calendar: new MovableCalendar(clock, skewMs),
    network: networkOf(new MemoryNetwork(), systemNetwork()),
    random: seed === undefined ? systemRandom() : seededRandom(seed),
    logger: log ? lineLogger(log, 'warn', () => clock.now()) : silentLogger,
  }
}

function networkOf(inside: Network, outside: Network): Network {
  const of = (host: string) => (host === insideHost ? inside : outside)
  return {
    listen: (options, accept) => of(options.host).listen(options, accept),
    connect: (options, handler) => of(options.host).connect(options, handler),
  }
}
