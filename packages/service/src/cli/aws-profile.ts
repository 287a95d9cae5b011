import { UsageError } from '../usage-error.ts'

/** Those that the endpoint serves, by the names that the services section of a profile has for them. */
export const services = [
  'application_auto_scaling',
  'cloudwatch',
  'cloudwatch_logs',
  'kafka',
  'kinesis',
  'secrets_manager',
  'sts',
]

/** What AWS's tools need to reach our services. */
interface AwsProfile {
  name: string
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** Whom to trust at an endpoint by TLS. */
  caBundle?: string | undefined
}

/** The first line in each section that is ours: no other is ever written over. */
const mark = '# written by sluice env --profile'

/**
 * The AWS configuration file with this profile in it: a section of credentials and region, and one of endpoints that
 * it refers to. Whatever else the file holds stays as it is.
 */
export function withProfile(file: string, profile: AwsProfile): string {
  const { name, endpoint, region, accessKeyId, secretAccessKey, caBundle } = profile
  if (!/^[\w-]{1,64}$/.test(name))
    throw new UsageError(`--profile takes letters, digits, "_" and "-", not "${name}".`)
  const own = [headingOf('profile', name), headingOf('services', name)]
  const kept = sectionsOf(file).filter(({ heading, lines }) => {
    if (!own.includes(heading)) return true
    if (lines[1] === mark) return false
    throw new UsageError(
      `--profile ${name}: the section ${heading} is there, and not of Sluice. Choose another name.`,
    )
  })
  const text = kept
    .flatMap(({ lines }) => lines)
    .join('\n')
    .trimEnd()
  const made = [
    ...[own[0], mark, `region = ${region}`, `services = ${name}`],
    ...(caBundle === undefined ? [] : [`ca_bundle = ${caBundle}`]),
    ...[`aws_access_key_id = ${accessKeyId}`, `aws_secret_access_key = ${secretAccessKey}`, ''],
    own[1],
    mark,
    ...services.flatMap((service) => [`${service} =`, `  endpoint_url = ${endpoint}`]),
    '',
  ].join('\n')
  return text === '' ? made : `${text}\n\n${made}`
}

function headingOf(kind: 'profile' | 'services', name: string): string {
  return kind === 'profile' && name === 'default' ? '[default]' : `[${kind} ${name}]`
}

/** A file's sections, each with its heading; what stands before the first has none. */
function sectionsOf(file: string): { heading: string; lines: string[] }[] {
  const sections: { heading: string; lines: string[] }[] = []
  for (const line of file.split('\n')) {
    const heading = line.trim()
    if (heading.startsWith('[') || sections.length === 0) sections.push({ heading, lines: [] })
    sections.at(-1)?.lines.push(line)
  }
  return sections
}
