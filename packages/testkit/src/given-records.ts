import type { NewRecord } from './api.ts'
import { KafkaServerError } from './server-error.ts'

const known: Record<keyof NewRecord, true> = {
  key: true,
  value: true,
  headers: true,
  partition: true,
  timestamp: true,
}

/** A record as a test gives it to `produce`, which types do not hold everywhere: a text is its value. */
export function givenRecord(given: NewRecord | string): NewRecord {
  if (typeof given === 'string') return { value: given }
  if (typeof given !== 'object' || given === null)
    throw refused(`${String(given)} is neither a text nor an object.`)
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name))
  if (unknown !== undefined) throw refused(`It has ${Object.keys(known).join(', ')}, and no "${unknown}".`)
  const { key, value, headers = {} } = given
  for (const [name, content] of Object.entries({ key, value, ...headers }))
    if (!isContent(content)) throw refused(`Its ${name} is neither text nor bytes.`)
  return given
}

function isContent(content: unknown): boolean {
  return content == null || typeof content === 'string' || content instanceof Uint8Array
}

function refused(why: string): KafkaServerError {
  return new KafkaServerError('This is no record.', {
    code: 'RECORD',
    why,
    next: "Give one such as { key: 'a1', value: JSON.stringify(order) }, or the text of its value.",
  })
}
