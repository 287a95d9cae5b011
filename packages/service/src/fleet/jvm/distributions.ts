import { isAbsolute, join, resolve } from 'node:path'
import { assert, type ChildProcesses, type Disk, isAlive, type Logger, ownIdentity } from '@sluice/effects'
import { codeOf, OperatingError } from '../operating-error.ts'
import { SharedAttempts } from './distributions-attempts.ts'
import { type KafkaHome, readKafkaHomes } from './distributions-home.ts'
import { type LockedDistribution, lockedDistributions } from './distributions-lock.ts'
import { resolveByMaven } from './distributions-maven.ts'
import { type Difference, firstDifference } from './distributions-verify.ts'
import { type Environment, findJava, type Java } from './java.ts'
import type { LoggingBinding } from './logging.ts'
import { compareVersions } from './version-order.ts'

/** The jars of one version of Apache Kafka. */
export interface Distribution {
  /** `4.4.0`. */
  readonly version: string
  /** Absolute paths of jars. */
  readonly classPath: readonly string[]
  /** What takes the log lines, and thus which kind of configuration it wants. */
  readonly logging: LoggingBinding
  readonly origin: 'tarball' | 'maven'
}

export interface DistributionsOptions {
  effects: { disk: Disk; processes: ChildProcesses; logger: Logger }
  /** SLUICE_KAFKA_HOME, SLUICE_CACHE_DIR, XDG_CACHE_HOME, HOME, JAVA_HOME and PATH count. */
  environment: Environment
  /** Told in sentences what takes long. */
  onProgress?: (sentence: string) => void
  /** For tests. Default: the lock file. */
  lock?: readonly LockedDistribution[]
}

/** The versions of brokers whose jars are known by their checksums, oldest first. */
export const pinnedVersions: readonly string[] = brokerVersions(lockedDistributions)

/** In the name of a directory whose process has no known start. */
const unknownStart = 'unknown'
/** Two services that install at once may meet a wrong one that a third has left; the loser looks again. */
const installAttemptsMax = 5

/**
 * Finds the Java of this machine and the jars of each version of Apache Kafka. A distribution comes from
 * 1. an unpacked tarball that SLUICE_KAFKA_HOME names, taken as it is,
 * 2. the cache, where every jar is compared with the lock before its first use in this process,
 * 3. Maven: into a directory of this process's own, compared with the lock, then renamed into the cache in one
 *    step. A kill leaves a directory that nobody uses and a later resolution removes.
 */
export class Distributions {
  /** Tells apart what several instances of one process resolve. */
  static #resolutions = 0
  readonly #disk: Disk
  readonly #processes: ChildProcesses
  readonly #logger: Logger
  readonly #environment: Environment
  readonly #onProgress: (sentence: string) => void
  readonly #lock: readonly LockedDistribution[]
  /** What Maven was asked for; a cluster's creation that fails is tried again and again. */
  readonly #asked = new Set<LockedDistribution>()
  readonly #javas = new SharedAttempts<Java>()
  readonly #distributions = new SharedAttempts<Distribution>()

  constructor(options: DistributionsOptions) {
    this.#disk = options.effects.disk
    this.#processes = options.effects.processes
    this.#logger = options.effects.logger
    this.#environment = options.environment
    this.#onProgress = options.onProgress ?? (() => {})
    this.#lock = options.lock ?? lockedDistributions
  }

  java(): Promise<Java> {
    return this.#javas.get('java', () => findJava(this.#processes, this.#environment))
  }

  /**
   * All that brokers, controllers, `kafka.tools.StorageTool` and, of 3.x, ZooKeeper need. Maven may work for
   * minutes: a caller whose signal aborts is rejected with its reason, and with the last of them Maven ends.
   */
  broker(version: string, signal?: AbortSignal): Promise<Distribution> {
    return this.#distributions.get(version, (called) => this.#findBroker(version, called), signal)
  }

  /** Apache Kafka's command line tools. Their version is not a broker's: never mix the class paths. */
  tools(signal?: AbortSignal): Promise<Distribution> {
    return this.#distributions.get('tools', (called) => this.#findTools(called), signal)
  }

  async #findBroker(version: string, signal: AbortSignal): Promise<Distribution> {
    const homes = readKafkaHomes(this.#disk, this.#environment.SLUICE_KAFKA_HOME)
    const home = homes.find((candidate) => candidate.version === version)
    if (home) return this.#ofHome(home)
    const locked = this.#lock.find(
      (candidate) => candidate.kind === 'broker' && candidate.version === version,
    )
    if (!locked) throw versionUnknown(version, brokerVersions(this.#lock), homes)
    return this.#ofCache(locked, signal)
  }

  async #findTools(signal: AbortSignal): Promise<Distribution> {
    const locked = this.#lock.find(({ kind }) => kind === 'tools')
    assert(locked, 'the lock has the tools')
    // A tarball has the tools in it. Older ones take other options.
    const home = readKafkaHomes(this.#disk, this.#environment.SLUICE_KAFKA_HOME)
      .filter(({ version }) => compareVersions(version, locked.version) >= 0)
      .sort((left, right) => compareVersions(right.version, left.version))[0]
    return home ? this.#ofHome(home) : this.#ofCache(locked, signal)
  }

  #ofHome({ directory, version, jars, logging }: KafkaHome): Distribution {
    this.#logger.info('Apache Kafka is taken from an unpacked tarball', { version, directory })
    return { version, classPath: jars, logging, origin: 'tarball' }
  }

  async #ofCache(locked: LockedDistribution, signal: AbortSignal): Promise<Distribution> {
    const { kind, version, logging, artifacts } = locked
    const cache = join(cacheDirectory(this.#environment), 'kafka')
    const directory = join(cache, kind === 'tools' ? `tools-${version}` : version)
    try {
      const different = await firstDifference(this.#disk, directory, artifacts)
      if (different) {
        if (this.#disk.existsSync(directory))
          this.#logger.warn('A jar in the cache is wrong, it is resolved again', { directory, ...different })
        await this.#resolve(locked, cache, directory, signal)
      }
    } catch (error) {
      signal.throwIfAborted()
      throw explained(titleOf(locked), cache, error)
    }
    const classPath = artifacts.map(({ fileName }) => join(directory, fileName))
    return { version, classPath, logging, origin: 'maven' }
  }

  async #resolve(
    locked: LockedDistribution,
    cache: string,
    directory: string,
    signal: AbortSignal,
  ): Promise<void> {
    const title = titleOf(locked)
    this.#removeLeftovers(cache)
    const { pid, startedAt } = ownIdentity(this.#processes)
    const own = join(cache, `.resolving-${pid}-${startedAt ?? unknownStart}-${Distributions.#resolutions++}`)
    this.#disk.removeSync(own)
    this.#disk.mkdirSync(own)
    const isRetry = this.#asked.has(locked)
    this.#asked.add(locked)
    try {
      const jars = await resolveByMaven(
        { disk: this.#disk, processes: this.#processes },
        {
          title,
          artifacts: locked.artifacts,
          directory: own,
          environment: this.#environment,
          onProgress: this.#onProgress,
          isRetry,
          signal,
        },
      )
      const different = await firstDifference(this.#disk, jars, locked.artifacts)
      if (different) throw checksumMismatch(title, different)
      await this.#install(jars, directory, locked, join(own, 'wrong'))
    } finally {
      this.#disk.removeSync(own)
    }
    this.#onProgress(`${title} is complete in ${directory}.`)
    this.#logger.info('Apache Kafka is resolved', { version: locked.version, directory })
  }

  /** Whoever is second finds the first one's, which is as good. */
  async #install(jars: string, directory: string, locked: LockedDistribution, aside: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return this.#disk.renameSync(jars, directory)
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '') || attempt === installAttemptsMax)
          throw error
      }
      if ((await firstDifference(this.#disk, directory, locked.artifacts)) === null) return
      try {
        this.#disk.renameSync(directory, `${aside}-${attempt}`)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
      }
    }
  }

  /** What processes that are gone had begun. */
  #removeLeftovers(cache: string): void {
    if (!this.#disk.existsSync(cache)) return
    for (const { name } of this.#disk.readdirSync(cache)) {
      const [, pid, startedAt] = /^\.resolving-(\d+)-([^-]+)-/.exec(name) ?? []
      if (pid === undefined) continue
      const owner = { pid: Number(pid), startedAt: startedAt === unknownStart ? null : (startedAt ?? null) }
      if (!isAlive(owner, this.#processes)) this.#disk.removeSync(join(cache, name))
    }
  }
}

/** SLUICE_CACHE_DIR, else what the XDG base directory specification says, which has relative paths ignored. */
export function cacheDirectory(environment: Environment): string {
  const { SLUICE_CACHE_DIR: own, XDG_CACHE_HOME: xdg, HOME: home } = environment
  if (own) return resolve(own)
  if (xdg && isAbsolute(xdg)) return join(xdg, 'sluice')
  if (home) return join(home, '.cache', 'sluice')
  throw new OperatingError("There is no place for a cache of Apache Kafka's jars.", {
    code: 'CACHE_DIRECTORY_UNKNOWN',
    why: 'Neither SLUICE_CACHE_DIR nor XDG_CACHE_HOME nor HOME is set.',
    next: 'Set SLUICE_CACHE_DIR to a directory that may be written.',
  })
}

function brokerVersions(lock: readonly LockedDistribution[]): string[] {
  return lock.filter(({ kind }) => kind === 'broker').map(({ version }) => version)
}

const titleOf = ({ kind, version }: LockedDistribution) =>
  kind === 'tools' ? `Apache Kafka's tools ${version}` : `Apache Kafka ${version}`

function versionUnknown(
  version: string,
  pinned: readonly string[],
  homes: readonly KafkaHome[],
): OperatingError {
  const held = homes.map((home) => home.version).join(', ')
  return new OperatingError(`Apache Kafka ${version} is none of the versions that can be had.`, {
    code: 'KAFKA_VERSION_UNKNOWN',
    why: `Pinned are ${pinned.join(', ')}; SLUICE_KAFKA_HOME ${held === '' ? 'is not set' : `holds ${held}`}.`,
    next: `Ask for a pinned version, or name an unpacked tarball of ${version} in SLUICE_KAFKA_HOME.`,
  })
}

function checksumMismatch(title: string, { fileName, expected, found }: Difference): OperatingError {
  return new OperatingError(`Maven brought a wrong jar for ${title}.`, {
    code: 'KAFKA_CHECKSUM_MISMATCH',
    why: `${fileName} should have ${expected}; found: ${found}.`,
    next: "Remove this artifact from Maven's local repository (~/.m2/repository) and try again; if it comes back, the mirror that Maven uses serves another file.",
  })
}

function explained(title: string, cache: string, error: unknown): unknown {
  const code = codeOf(error)
  if (error instanceof OperatingError || code === undefined) return error
  return new OperatingError(`The cache of Apache Kafka's jars, ${cache}, cannot be used for ${title}.`, {
    code: 'KAFKA_DISTRIBUTION_UNAVAILABLE',
    why: (error as Error).message,
    next: 'Make room in it and make it writable, or set SLUICE_CACHE_DIR to another directory.',
    cause: error,
  })
}
