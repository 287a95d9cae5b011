import { parseJavaProperties } from '../../fleet/configurations/java-properties.ts'
import { badRequest } from './exceptions.ts'

/**
 * A topic's configs in requests: a JSON object, or lines of Java properties, either in base64. MSK's guide has the lines, and
 * Terraform sends the object.
 */
export function configsOf(text: string): Record<string, string> {
  const content = decoded(text)
  if (content.trimStart().startsWith('{')) return objectOf(content)
  const parsed = parseJavaProperties(Buffer.from(content))
  if ('problem' in parsed) throw invalidConfigs(parsed.problem)
  return parsed.properties
}

/** As they are answered: Terraform reads a JSON object in base64. */
export function configsText(configs: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(configs)).toString('base64')
}

function decoded(text: string): string {
  const bytes = Buffer.from(text, 'base64')
  const isBase64 = bytes.toString('base64').replace(/=+$/, '') === text.trim().replace(/=+$/, '')
  if (!isBase64) throw invalidConfigs('They are not encoded in base64.')
  return bytes.toString()
}

function objectOf(content: string): Record<string, string> {
  let value: object
  try {
    value = JSON.parse(content)
  } catch {
    throw invalidConfigs('They are not valid JSON.')
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, config]) => {
      if (!['string', 'number', 'boolean'].includes(typeof config))
        throw invalidConfigs(`The value of ${name} is not a text.`)
      return [name, String(config)]
    }),
  )
}

function invalidConfigs(why: string) {
  return badRequest(`The topic's configs are not valid. ${why}`, 'configs')
}
