import type { S3CompressionType } from '@aws-sdk/client-kinesis'
import { belowDirectory } from '../../fleet/logs/object-logs.ts'
import type { ChannelRecord } from './channel-record.ts'

/* Names of delivered objects (Kinesis Developer Guide, "S3 output key template for Amazon S3 delivery"). */

export const keyTemplateDefault =
  'kinesis-channel/!{channel-name}/!{channel-id}/!{yyyy}/!{MM}/!{dd}/!{HH}/!{channel-name}-!{channel-id}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}!{extension}'

type Compression = S3CompressionType | undefined

/** Without the suffix, which is of 38 characters. */
const keyLengthMax = 986
/** Of a name in the directory that stands for the bucket, which is a file's. */
const partBytesMax = 255
const suffixLength = 38
const placeholder = /!\{([^{}]*)\}/g
const extensionPattern = /^extension(?::(\.[a-z.]+))?$/
const names = ['channel-name', 'channel-id', 'stream-name', 'yyyy', 'yy', 'MM', 'dd', 'HH', 'mm']

interface Named {
  channel: Pick<ChannelRecord, 'name' | 'uuid' | 'stream'>
  compression: Compression
  /** When what is in the object came. */
  atMs: number
}

/** What is wrong with a template, as a sentence; null where all is well. */
export function problemOfTemplate(template: string, named: Omit<Named, 'atMs'>): string | null {
  const literals = template.replace(placeholder, '')
  if (template.startsWith('/')) return 'The OutputKeyTemplate must not start with a forward slash.'
  if (template.includes('//')) return 'The OutputKeyTemplate must not contain consecutive slashes.'
  if (template.includes('..') || template.split('/').includes('.'))
    return 'The OutputKeyTemplate must not contain path traversal.'
  if (/[{}]/.test(literals)) return 'The OutputKeyTemplate has a variable placeholder that is not closed.'
  if (!/^[0-9A-Za-z!\-_'.*()/=]*$/.test(literals))
    return "The OutputKeyTemplate may contain letters, digits and ! - _ ' . * ( ) / = beside its variables."
  const variables = [...template.matchAll(placeholder)].map(([, name = '']) => name)
  const unknown = variables.find((name) => !names.includes(name) && !extensionPattern.test(name))
  if (unknown !== undefined) return `The OutputKeyTemplate has an unsupported variable, !{${unknown}}.`
  const extensions = variables.filter((name) => extensionPattern.test(name))
  const isLast = variables.at(-1) === extensions[0] && template.endsWith('}')
  if (extensions.length > 1 || (extensions.length === 1 && !isLast))
    return 'The OutputKeyTemplate can have one extension placeholder, at its end.'
  const { compression } = named
  if (compression !== 'NONE' && extensions.length === 0)
    return `The OutputKeyTemplate must end with an extension placeholder for the compression ${compression}.`
  return problemOfKey(expanded(template, { ...named, atMs: 0 }))
}

function problemOfKey({ stem, extension }: Key): string | null {
  if (stem.length + extension.length > keyLengthMax)
    return `The OutputKeyTemplate must not be longer than ${keyLengthMax} characters when its variables are expanded.`
  if (longestPart(`${stem}${'-'.repeat(suffixLength)}${extension}`) > partBytesMax)
    return `Between two slashes an OutputKeyTemplate may have ${partBytesMax - suffixLength} characters here, for a bucket is a directory.`
  return null
}

/** The same of what stands before the dates of objects that name what could not be delivered. */
export function problemOfErrorPrefix(prefix: string): string | null {
  return longestPart(`${prefix}yyyy`) > partBytesMax
    ? `Between two slashes an ErrorOutputPrefix may have ${partBytesMax} characters here, the year of what is behind it among them, for a bucket is a directory.`
    : null
}

/** AWS has no limit for that, and no files. */
function longestPart(key: string): number {
  return Math.max(...key.split('/').map((part) => part.length))
}

interface Key {
  stem: string
  extension: string
}

/** What a template makes of the variables; the suffix of an object stands between both. */
function expanded(template: string, { channel, compression, atMs }: Named): Key {
  const [, yyyy = '', MM = '', dd = '', HH = '', mm = ''] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(new Date(atMs).toISOString()) ?? []
  const values: Readonly<Record<string, string>> = {
    'channel-name': channel.name,
    'channel-id': channel.uuid,
    'stream-name': channel.stream.name,
    yyyy,
    yy: yyyy.slice(2),
    MM,
    dd,
    HH,
    mm,
  }
  let extension = ''
  const stem = template.replace(placeholder, (_, name: string) => {
    const [isExtension, literal] = extensionPattern.exec(name) ?? []
    if (isExtension !== undefined) extension = literal ?? extensionOf(compression)
    return values[name] ?? ''
  })
  return { stem, extension }
}

function extensionOf(compression: Compression): string {
  return compression === 'GZIP' ? '.gz' : compression === 'ZSTD' ? '.zst' : ''
}

/** The key of what came then, in two parts; what has the same goes into one object. */
export function keyOf(
  { name, uuid, stream, spec }: ChannelRecord,
  atMs: number,
): { text: string; withSuffix: (suffix: string) => string } {
  const { OutputKeyTemplate: template = keyTemplateDefault, CompressionType: compression } =
    spec.S3DestinationConfiguration?.StorageConfiguration ?? {}
  const { stem, extension } = expanded(template, { channel: { name, uuid, stream }, compression, atMs })
  return { text: stem + extension, withSuffix: (suffix) => `${stem}-${suffix}${extension}` }
}

/** Unlike that of any other object of a channel: `000000000000000012-000000-86862066acb`, as those of AWS. */
export function suffixOf({ uuid, deliveries }: ChannelRecord, object: number): string {
  const digits = (number: number, length: number) => String(number).padStart(length, '0')
  return `${digits(deliveries, 18)}-${digits(object, 6)}-${uuid.replaceAll('-', '').slice(0, 11)}`
}

/** Below the directory of all buckets. */
export function objectPath(bucketArn: string | undefined, key: string): string {
  return [bucketArn?.split(':::')[1] ?? '', key].map(belowDirectory).join('/')
}
