import { apiByKey } from '@sluice/wire'
import { KafkaServerError } from './server-error.ts'

/** A filter that names what there is not would find nothing, and a test that expects nothing would pass. */
export function checkApi(api: string | undefined): void {
  const names = [...apiByKey.values()].flatMap(({ name, listeners }) =>
    listeners.includes('broker') ? [name] : [],
  )
  if (api === undefined || names.includes(api)) return
  throw new KafkaServerError(`Kafka has no API "${api}".`, {
    code: 'API',
    why: 'No such request will ever come.',
    next: `Name one as Kafka does: ${names.slice(0, 6).join(', ')}, …`,
  })
}
