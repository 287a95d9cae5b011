import type { Connection } from '@sluice/client'
import { ConfigResourceType } from '@sluice/wire'
import { Argument } from 'commander'
import { UsageError } from '../../usage-error.ts'
import type { KafkaAccess } from '../kafka/access.ts'

export const kinds = {
  topic: ConfigResourceType.topic,
  broker: ConfigResourceType.broker,
  group: ConfigResourceType.group,
  'client-metrics': ConfigResourceType.clientMetrics,
} as const

export type Kind = keyof typeof kinds

export function kindArgument(): Argument {
  return new Argument('<kind>').choices(Object.keys(kinds))
}

/** What stands for all brokers, whose name is empty on the wire. */
const allBrokers = 'all'

export const nameHelp = `of the topic, the group, …; of a broker its id, or ${allBrokers}`

export function resourceName(kind: Kind, name: string): string {
  if (kind !== 'broker') return name
  if (name === allBrokers) return ''
  if (/^\d+$/.test(name)) return name
  throw new UsageError(
    `A broker goes by its id, or ${allBrokers} for all of them, and not by ${JSON.stringify(name)}.`,
  )
}

/** What a broker is set to only that broker knows, and takes. */
export function connectionFor(kafka: KafkaAccess, kind: Kind, name: string): Promise<Connection> {
  return kind === 'broker' && name !== '' ? kafka.brokers.to(Number(name)) : kafka.brokers.any()
}
