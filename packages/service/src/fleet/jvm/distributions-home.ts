import { delimiter, join, resolve } from 'node:path'
import type { Disk } from '@sluice/effects'
import { codeOf, OperatingError } from '../operating-error.ts'
import type { LoggingBinding } from './logging.ts'

/** An unpacked tarball of Apache's, as the user has it. */
export interface KafkaHome {
  readonly directory: string
  readonly version: string
  /** All of `libs`, absolute. */
  readonly jars: readonly string[]
  readonly logging: LoggingBinding
}

/** What SLUICE_KAFKA_HOME names: one directory or several. Throws an OperatingError for one that is no tarball. */
export function readKafkaHomes(disk: Disk, value: string | undefined): readonly KafkaHome[] {
  return (value ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => readKafkaHome(disk, resolve(directory)))
}

function readKafkaHome(disk: Disk, directory: string): KafkaHome {
  const libs = join(directory, 'libs')
  const names = jarNames(disk, directory, libs)
  const version = names.map((name) => /^kafka_2\.\d+-(\d+\.\d+\.\d+)\.jar$/.exec(name)?.[1]).find(Boolean)
  if (version === undefined) throw invalid(directory, `${libs} holds no kafka_2.13-<version>.jar.`)
  const logging = loggingOf(names)
  if (logging === null)
    throw invalid(directory, `${libs} holds no logging binding (log4j-slf4j-impl or reload4j).`)
  return { directory, version, jars: names.map((name) => join(libs, name)), logging }
}

function jarNames(disk: Disk, directory: string, libs: string): string[] {
  try {
    const files = disk.readdirSync(libs).map(({ name }) => name)
    return files.filter((name) => name.endsWith('.jar')).sort()
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? `There is no directory ${libs}.` : `${libs} cannot be read.`
    throw invalid(directory, why, error)
  }
}

function loggingOf(names: readonly string[]): LoggingBinding | null {
  // Both bindings together would be a mixture that no tarball is; slf4j takes the first it sees.
  if (names.some((name) => /^log4j-slf4j2?-impl-/.test(name))) return 'log4j2'
  return names.some((name) => name.startsWith('slf4j-reload4j-')) ? 'reload4j' : null
}

function invalid(directory: string, why: string, cause?: unknown): OperatingError {
  return new OperatingError(`SLUICE_KAFKA_HOME names ${directory}, which is no unpacked Apache Kafka.`, {
    code: 'KAFKA_HOME_INVALID',
    why,
    next: 'Name the directory that unpacking a binary tarball of Apache Kafka makes (bin and libs are in it), or unset SLUICE_KAFKA_HOME to have Maven resolve it.',
    cause,
  })
}
