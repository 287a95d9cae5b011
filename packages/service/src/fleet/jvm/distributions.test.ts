import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { silentLogger, systemDisk, systemProcesses } from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OperatingError, sentenceOf } from '../operating-error.ts'
import { cacheDirectory, Distributions, pinnedVersions } from './distributions.ts'
import { type LockedDistribution, lockedDistributions, parseLock } from './distributions-lock.ts'

const effects = { disk: systemDisk(), processes: systemProcesses(), logger: silentLogger }

/** Two small versions and their tools: what the jars hold, by name. */
const jars: Record<string, string> = {
  'kafka_2.13-9.1.0.jar': 'the broker',
  'log4j-slf4j-impl-2.0.0.jar': 'its logging',
  'netty-1.0-linux-x86_64.jar': 'has a classifier',
  'kafka_2.13-8.9.0.jar': 'an older broker',
  'kafka-tools-9.0.1.jar': 'its tools',
}
const line = (coordinates: string, name: string) => {
  const content = jars[name] ?? ''
  return `${coordinates} ${content.length} ${createHash('sha256').update(content).digest('hex')}`
}
const lock: readonly LockedDistribution[] = parseLock(`
broker 8.9.0 reload4j
${line('org.apache.kafka:kafka_2.13:8.9.0', 'kafka_2.13-8.9.0.jar')}

broker 9.1.0 log4j2
${line('org.apache.kafka:kafka_2.13:9.1.0', 'kafka_2.13-9.1.0.jar')}
${line('org.apache.logging.log4j:log4j-slf4j-impl:2.0.0', 'log4j-slf4j-impl-2.0.0.jar')}
${line('io.netty:netty:1.0:linux-x86_64', 'netty-1.0-linux-x86_64.jar')}

tools 9.0.1 log4j2
${line('org.apache.kafka:kafka-tools:9.0.1', 'kafka-tools-9.0.1.jar')}
`)

/** Stands for Maven: brings what the pom lists from a directory, and fails where something is not there. */
const maven = `#!${process.execPath}
const fs = require('node:fs')
const path = require('node:path')
const { repository, calls } = JSON.parse(process.env.FAKE_MAVEN)
fs.appendFileSync(calls, process.argv.slice(2).join(' ') + '\\n')
const output = process.argv.find((argument) => argument.startsWith('-DoutputDirectory=')).slice(18)
const pom = fs.readFileSync('pom.xml', 'utf8')
const only = /<exclusion><groupId>\\*<\\/groupId><artifactId>\\*<\\/artifactId><\\/exclusion>/
fs.mkdirSync(output, { recursive: true })
for (const dependency of pom.split('<dependency>').slice(1)) {
  if (!only.test(dependency)) throw new Error('this dependency would bring others')
  const of = (tag) => dependency.match('<' + tag + '>(.*?)</' + tag + '>')?.[1]
  const name = [of('artifactId'), of('version'), of('classifier')].filter(Boolean).join('-') + '.jar'
  try {
    fs.copyFileSync(path.join(repository, name), path.join(output, name))
  } catch {
    console.log('[INFO] BUILD FAILURE')
    console.log('[ERROR] Could not resolve ' + name + ': repo.example: unknown host -> [Help 1]')
    console.log('[ERROR] ')
    console.log('[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.')
    process.exit(1)
  }
  console.log('Downloaded from mirror: https://repo.example/' + of('groupId') + '/' + name + ' (1.0 kB at 2.0 kB/s)')
}
`

/** A busy machine takes its time to start a process. */
const patience = { timeout: 20_000 }

let directory: string
let repository: string
let bin: string
let cache: string
let environment: Record<string, string | undefined>
let progress: string[]

beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'sluice-distributions-'))
  ;[repository, bin, cache] = ['repository', 'bin', 'cache'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  fs.mkdirSync(bin)
  fs.mkdirSync(repository)
  for (const [name, content] of Object.entries(jars)) fs.writeFileSync(join(repository, name), content)
  fs.writeFileSync(join(bin, 'mvn'), maven, { mode: 0o755 })
  environment = {
    PATH: bin,
    SLUICE_CACHE_DIR: cache,
    FAKE_MAVEN: JSON.stringify({ repository, calls: join(directory, 'calls') }),
  }
  progress = []
})
afterEach(() => fs.rmSync(directory, { recursive: true }))

const service = () =>
  new Distributions({ effects, environment, lock, onProgress: (sentence) => progress.push(sentence) })
const mavenCalls = () => {
  const path = join(directory, 'calls')
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trim().split('\n') : []
}
const inCache = (version: string, name: string) => join(cache, 'kafka', version, name)
const contentOf = (path: string) => fs.readFileSync(path, 'utf8')

function unpackTarball(name: string, files: string[]): string {
  const home = join(directory, name)
  fs.mkdirSync(join(home, 'libs'), { recursive: true })
  for (const file of files) fs.writeFileSync(join(home, 'libs', file), '')
  return home
}

describe('a distribution from Maven', () => {
  it('is exactly what the lock lists, is kept in the cache, and says how far it is', async () => {
    const distribution = await service().broker('9.1.0')
    expect(distribution).toEqual({
      version: '9.1.0',
      classPath: ['kafka_2.13-9.1.0.jar', 'log4j-slf4j-impl-2.0.0.jar', 'netty-1.0-linux-x86_64.jar'].map(
        (name) => inCache('9.1.0', name),
      ),
      logging: 'log4j2',
      origin: 'maven',
    })
    expect(distribution.classPath.map(contentOf)).toEqual(['the broker', 'its logging', 'has a classifier'])
    expect(fs.readdirSync(join(cache, 'kafka'))).toEqual(['9.1.0'])
    expect(mavenCalls()).toEqual([
      expect.stringMatching(/^-B .*maven-dependency-plugin:[\d.]+:copy-dependencies /),
    ])
    expect(progress[0]).toMatch(/^Maven resolves Apache Kafka 9\.1\.0: 3 jars, /)
    expect(progress.filter((sentence) => sentence.includes('downloaded'))).toHaveLength(3)
    expect(progress.at(-1)).toBe(`Apache Kafka 9.1.0 is complete in ${join(cache, 'kafka', '9.1.0')}.`)

    await service().broker('9.1.0')
    expect(mavenCalls()).toHaveLength(1)
  })

  it('is resolved once for all who ask at the same time', async () => {
    const distributions = service()
    const [one, other] = await Promise.all([distributions.broker('9.1.0'), distributions.broker('9.1.0')])
    expect(other).toEqual(one)
    await distributions.broker('9.1.0')
    expect(mavenCalls()).toHaveLength(1)
  })

  it('keeps the tools apart from the brokers', async () => {
    expect(await service().tools()).toMatchObject({
      version: '9.0.1',
      classPath: [inCache('tools-9.0.1', 'kafka-tools-9.0.1.jar')],
    })
  })

  it('serves two services that resolve it at the same moment', async () => {
    const [one, other] = await Promise.all([service().broker('9.1.0'), service().broker('9.1.0')])
    expect(mavenCalls()).toHaveLength(2)
    expect(other).toEqual(one)
    expect(one.classPath.map(contentOf)).toEqual(['the broker', 'its logging', 'has a classifier'])
    expect(fs.readdirSync(join(cache, 'kafka'))).toEqual(['9.1.0'])
  })

  it('is resolved anew when a jar in the cache is changed, cut off or gone', async () => {
    const spoils: ((path: string) => void)[] = [
      (path) => fs.writeFileSync(path, 'THE BROKER'),
      (path) => fs.truncateSync(path, 3),
      (path) => fs.unlinkSync(path),
    ]
    await service().broker('9.1.0')
    for (const spoil of spoils) {
      spoil(inCache('9.1.0', 'kafka_2.13-9.1.0.jar'))
      await service().broker('9.1.0')
      expect(contentOf(inCache('9.1.0', 'kafka_2.13-9.1.0.jar'))).toBe('the broker')
    }
    expect(mavenCalls()).toHaveLength(1 + spoils.length)
    expect(fs.readdirSync(join(cache, 'kafka'))).toEqual(['9.1.0'])
  })

  it('is refused when Maven brings another file, with both checksums, and nothing of it is kept', async () => {
    fs.writeFileSync(join(repository, 'kafka_2.13-9.1.0.jar'), 'THE BROKER')
    const error = await service().broker('9.1.0').catch(sentenceOf)
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
    expect(error).toContain(
      `kafka_2.13-9.1.0.jar should have SHA-256 ${sha256('the broker')}; found: SHA-256 ${sha256('THE BROKER')}.`,
    )
    await expect(service().broker('9.1.0')).rejects.toMatchObject({ code: 'KAFKA_CHECKSUM_MISMATCH' })
    expect(fs.readdirSync(join(cache, 'kafka'))).toEqual([])
  })

  it('is never one that a killed service had half done; what that left is removed', async () => {
    const left = join(cache, 'kafka', '.resolving-999999999-1-0')
    const { pid } = effects.processes
    const anothers = join(cache, 'kafka', `.resolving-${pid}-${effects.processes.startedAt(pid)}-99999`)
    for (const path of [left, anothers]) {
      fs.mkdirSync(join(path, 'jars'), { recursive: true })
      fs.writeFileSync(join(path, 'jars', 'kafka_2.13-9.1.0.jar'), 'the bro')
    }
    await service().broker('9.1.0')
    expect(contentOf(inCache('9.1.0', 'kafka_2.13-9.1.0.jar'))).toBe('the broker')
    expect(fs.existsSync(left)).toBe(false)
    expect(fs.existsSync(anothers)).toBe(true)
  })

  it('fails with what Maven said, and is tried again at the next call', async () => {
    fs.renameSync(join(repository, 'kafka_2.13-9.1.0.jar'), join(repository, 'away'))
    const distributions = service()
    await expect(distributions.broker('9.1.0')).rejects.toMatchObject({
      code: 'KAFKA_DISTRIBUTION_UNAVAILABLE',
      why: 'It said: Could not resolve kafka_2.13-9.1.0.jar: repo.example: unknown host.',
      next: expect.stringContaining('SLUICE_KAFKA_HOME'),
    })
    expect(fs.readdirSync(join(cache, 'kafka'))).toEqual([])
    fs.renameSync(join(repository, 'away'), join(repository, 'kafka_2.13-9.1.0.jar'))
    expect((await distributions.broker('9.1.0')).origin).toBe('maven')
  })

  it('is given up with the last who waits for it, and then nothing of it is left', async () => {
    const pidFile = join(directory, 'pid')
    const script = `require('node:fs').writeFileSync('${pidFile}', String(process.pid)); setInterval(() => {}, 1000)`
    fs.writeFileSync(join(bin, 'mvn'), `#!${process.execPath}\n${script}\n`, { mode: 0o755 })
    const distributions = service()
    const [first, second] = [new AbortController(), new AbortController()]
    const outcomes = [first, second].map(({ signal }) =>
      distributions.broker('9.1.0', signal).catch((reason: unknown) => reason),
    )
    await expect.poll(() => fs.existsSync(pidFile) && contentOf(pidFile), patience).toBeTruthy()
    const pid = Number(contentOf(pidFile))
    first.abort('the first')
    expect(await outcomes[0]).toBe('the first')
    expect(effects.processes.isRunning(pid)).toBe(true)
    second.abort('the second')
    expect(await outcomes[1]).toBe('the second')
    await expect.poll(() => fs.readdirSync(join(cache, 'kafka')), patience).toEqual([])
    expect(effects.processes.isRunning(pid)).toBe(false)
  })

  it('needs a Maven, unless it is in the cache', async () => {
    await service().broker('8.9.0')
    fs.unlinkSync(join(bin, 'mvn'))
    expect((await service().broker('8.9.0')).version).toBe('8.9.0')
    progress = []
    const distributions = service()
    // As a cluster's creation is tried again.
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(distributions.broker('9.1.0')).rejects.toMatchObject({ code: 'MAVEN_MISSING' })
    expect(progress).toHaveLength(1)
    await expect(service().broker('9.1.0')).rejects.toMatchObject({
      code: 'MAVEN_MISSING',
      why: expect.stringContaining('mvn is not on the PATH'),
    })
  })

  it('needs a cache that can be written', async () => {
    fs.writeFileSync(cache, 'a file stands where the directory should be')
    await expect(service().broker('9.1.0')).rejects.toMatchObject({
      code: 'KAFKA_DISTRIBUTION_UNAVAILABLE',
      next: expect.stringContaining('SLUICE_CACHE_DIR'),
    })
  })

  it('is refused where its version is neither pinned nor unpacked', async () => {
    environment.SLUICE_KAFKA_HOME = unpackTarball('kafka', ['kafka_2.13-9.5.0.jar', 'slf4j-reload4j-1.jar'])
    await expect(service().broker('9.9.9')).rejects.toMatchObject({
      code: 'KAFKA_VERSION_UNKNOWN',
      why: 'Pinned are 8.9.0, 9.1.0; SLUICE_KAFKA_HOME holds 9.5.0.',
    })
  })
})

describe('an unpacked tarball', () => {
  const log4j2 = 'log4j-slf4j-impl-2.0.0.jar'
  const reload4j = 'slf4j-reload4j-1.7.36.jar'

  it('goes before the cache and Maven, with all of its jars and the logging that it brings', async () => {
    await service().broker('9.1.0')
    const newer = unpackTarball('kafka-9.1.0', ['kafka_2.13-9.1.0.jar', 'a.jar', log4j2, 'notes.txt'])
    const older = unpackTarball('kafka-7.0.0', ['kafka_2.13-7.0.0.jar', reload4j])
    environment.SLUICE_KAFKA_HOME = [older, newer].join(delimiter)
    expect(await service().broker('9.1.0')).toEqual({
      version: '9.1.0',
      classPath: ['a.jar', 'kafka_2.13-9.1.0.jar', log4j2].map((name) => join(newer, 'libs', name)),
      logging: 'log4j2',
      origin: 'tarball',
    })
    expect(await service().broker('7.0.0')).toMatchObject({ logging: 'reload4j', origin: 'tarball' })
  })

  it('of another version is passed over', async () => {
    environment.SLUICE_KAFKA_HOME = unpackTarball('kafka-7.0.0', ['kafka_2.13-7.0.0.jar', reload4j])
    expect((await service().broker('9.1.0')).origin).toBe('maven')
  })

  it('serves as the tools when it is no older than the pinned ones', async () => {
    const newer = unpackTarball('kafka-9.1.0', ['kafka_2.13-9.1.0.jar', log4j2])
    environment.SLUICE_KAFKA_HOME = unpackTarball('kafka-7.0.0', ['kafka_2.13-7.0.0.jar', reload4j])
    expect((await service().tools()).version).toBe('9.0.1')
    environment.SLUICE_KAFKA_HOME += delimiter + newer
    expect(await service().tools()).toMatchObject({ version: '9.1.0', origin: 'tarball' })
  })

  it('is refused where it is none', async () => {
    const homes: [string, string][] = [
      [join(directory, 'nowhere'), 'There is no directory'],
      [unpackTarball('empty', []), 'holds no kafka_2.13-<version>.jar'],
      [unpackTarball('silent', ['kafka_2.13-9.1.0.jar']), 'holds no logging binding'],
    ]
    for (const [home, why] of homes) {
      environment.SLUICE_KAFKA_HOME = home
      await expect(service().broker('9.1.0')).rejects.toMatchObject({
        code: 'KAFKA_HOME_INVALID',
        message: expect.stringContaining(home),
        why: expect.stringContaining(why),
      })
    }
  })
})

describe('the cache', () => {
  it('is where SLUICE_CACHE_DIR says, else by the XDG specification', () => {
    expect(cacheDirectory({ SLUICE_CACHE_DIR: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/c')
    expect(cacheDirectory({ SLUICE_CACHE_DIR: '', XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/x/sluice')
    expect(cacheDirectory({ XDG_CACHE_HOME: 'relative', HOME: '/h' })).toBe('/h/.cache/sluice')
    expect(() => cacheDirectory({ HOME: '' })).toThrow(OperatingError)
  })
})

describe('the lock', () => {
  it('pins each version with one logging binding, and ZooKeeper with the last that has it', () => {
    expect(pinnedVersions).toContain('3.9.2')
    expect(pinnedVersions).toContain('4.4.0')
    for (const { kind, version, logging, artifacts } of lockedDistributions) {
      const names = artifacts.map(({ fileName }) => fileName)
      expect(new Set(names).size).toBe(names.length)
      expect(names).toContain(kind === 'broker' ? `kafka_2.13-${version}.jar` : `kafka-tools-${version}.jar`)
      const bindings = names.filter((name) => /^(log4j-slf4j|slf4j-(?!api)|logback-classic)/.test(name))
      expect(bindings).toEqual([
        expect.stringMatching(logging === 'log4j2' ? /^log4j-slf4j-impl-/ : /^slf4j-reload4j-/),
      ])
      expect(names.some((name) => /^zookeeper-\d/.test(name))).toBe(version.startsWith('3.'))
    }
  })
})
