import { basename, join } from 'node:path'
import type { ChildProcesses, Completed, Disk } from '@sluice/effects'
import { codeOf, OperatingError } from '../operating-error.ts'
import type { Artifact } from './distributions-lock.ts'
import { definedIn, type Environment } from './java.ts'

/** Pinned: Maven would else take whatever it calls the latest. */
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
/** A slow line takes minutes; Maven gives up on a dead one much earlier by itself. */
const resolveMsMax = 60 * 60_000
/** Of what Maven complains about, in a sentence of ours. */
const complaintsMax = 3
const complaintCharactersMax = 600

interface MavenRequest {
  /** In sentences: `Apache Kafka 4.4.0`. */
  title: string
  artifacts: readonly Artifact[]
  /** An empty directory: the jars are in its `jars` afterwards. */
  directory: string
  environment: Environment
  onProgress: (sentence: string) => void
  /** It was told before what is fetched. */
  isRetry: boolean
  /** Ends Maven; the call rejects with its reason. */
  signal: AbortSignal
}

/** Has Maven fetch exactly these artifacts, by the user's settings. What it brought is to be compared with the lock. */
export async function resolveByMaven(
  { disk, processes }: { disk: Disk; processes: ChildProcesses },
  { title, artifacts, directory, environment, onProgress, isRetry, signal }: MavenRequest,
): Promise<string> {
  const jars = join(directory, 'jars')
  disk.writeFileAtomicSync(join(directory, 'pom.xml'), pomOf(artifacts), { durable: false })
  if (!isRetry)
    onProgress(
      `Maven resolves ${title}: ${artifacts.length} jars, ${megabytes(artifacts)} MB, less what it has already.`,
    )
  const progress = downloadProgress(title, artifacts, onProgress)
  const completed = await runMaven(processes, title, {
    args: ['-B', '-Dstyle.color=never', `${dependencyPlugin}:copy-dependencies`, `-DoutputDirectory=${jars}`],
    options: {
      directory,
      environment: definedIn(environment),
      timeoutMs: resolveMsMax,
      onLine: progress,
      signal,
    },
  })
  if (completed.code !== 0) throw unavailable(title, complaintsOf(completed))
  return jars
}

/**
 * Every artifact is a direct dependency without dependencies of its own, so that exactly the lock is resolved. It
 * names no repository: that is for the user's settings.
 */
function pomOf(artifacts: readonly Artifact[]): string {
  const dependencies = artifacts.map(({ groupId, artifactId, version, classifier }) => {
    const classified = classifier === null ? '' : `<classifier>${classifier}</classifier>`
    return `    <dependency>
      <groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version>${classified}
      <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>
    </dependency>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sluice</groupId>
  <artifactId>kafka-distribution</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`
}

/** Reads Maven's transfer lines, and says at each quarter of the bytes how far it is. */
function downloadProgress(
  title: string,
  artifacts: readonly Artifact[],
  onProgress: (sentence: string) => void,
): (line: string) => void {
  const sizes = new Map(artifacts.map(({ fileName, size }) => [fileName, size]))
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  let bytes = 0
  let quarters = 0
  return (line) => {
    const url = /^(?:\[INFO\] )?Downloaded from \S+: (\S+\.jar) /.exec(line)?.[1]
    const size = url && sizes.get(basename(url))
    if (!size) return
    bytes += size
    const reached = Math.floor((4 * bytes) / total)
    if (reached > quarters) onProgress(`${title}: ${mb(bytes)} of ${mb(total)} MB downloaded.`)
    quarters = reached
  }
}

interface MavenRun {
  args: readonly string[]
  options: Parameters<ChildProcesses['run']>[2]
}

async function runMaven(
  processes: ChildProcesses,
  title: string,
  { args, options }: MavenRun,
): Promise<Completed> {
  try {
    return await processes.run('mvn', args, options)
  } catch (error) {
    options?.signal?.throwIfAborted()
    const reason = codeOf(error) === 'ENOENT' ? 'is not on the PATH' : `cannot be run (${codeOf(error)})`
    throw new OperatingError(`${title} is not on this machine, and there is no Maven to fetch it.`, {
      code: 'MAVEN_MISSING',
      why: `The command mvn ${reason}, and SLUICE_KAFKA_HOME names no such version.`,
      next: 'Install Apache Maven, or set SLUICE_KAFKA_HOME to an unpacked Apache Kafka tarball of this version.',
      cause: error,
    })
  }
}

function unavailable(title: string, why: string): OperatingError {
  return new OperatingError(`Maven could not get ${title}.`, {
    code: 'KAFKA_DISTRIBUTION_UNAVAILABLE',
    why,
    next: 'Check the network and the mirrors and proxies in the settings.xml of Maven, or set SLUICE_KAFKA_HOME to an unpacked Apache Kafka tarball of this version.',
  })
}

/** What Maven says that tells something: not its advice on how to run it again. */
function complaintsOf({ output, code, signal }: Completed): string {
  const lines = output.split('\n').map((line) => line.trim())
  const errors = lines
    .filter((line) => line.startsWith('[ERROR]'))
    .map((line) =>
      line
        .slice('[ERROR]'.length)
        .replace(/ -> \[Help \d+\]$/, '')
        .trim(),
    )
    .filter(
      (line) => line !== '' && !/^(To see the full|Re-run Maven|For more information|\[Help)/.test(line),
    )
  const telling =
    errors.length > 0 ? errors.slice(0, complaintsMax) : lines.filter(Boolean).slice(-complaintsMax)
  if (telling.length === 0) return `It ended with ${code ?? signal} and said nothing.`
  return `It said: ${shortened(telling.join(' ')).replace(/\.?$/, '.')}`
}

/** The cause stands at the end of what Maven says. */
function shortened(text: string): string {
  if (text.length <= complaintCharactersMax) return text
  const half = complaintCharactersMax / 2
  return `${text.slice(0, half)} … ${text.slice(-half)}`
}

const mb = (bytes: number) => (bytes / 1e6).toFixed(0)
const megabytes = (artifacts: readonly Artifact[]) => mb(artifacts.reduce((sum, { size }) => sum + size, 0))
