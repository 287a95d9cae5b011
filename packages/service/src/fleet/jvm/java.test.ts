import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemDisk, systemProcesses } from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Distributions } from './distributions.ts'
import { javaVersionOf } from './java.ts'

const effects = { disk: systemDisk(), processes: systemProcesses(), logger: silentLogger }
let directory: string

beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'sluice-java-'))
})
afterEach(() => fs.rmSync(directory, { recursive: true }))

const find = (environment: Record<string, string>) => new Distributions({ effects, environment }).java()

/** A java that answers `-version` as Java does, on standard error; its home is returned. */
function install(name: string, answer: string, exitCode = 0): string {
  const home = join(directory, name)
  fs.mkdirSync(join(home, 'bin'), { recursive: true })
  const script = `#!${process.execPath}\nconsole.error(${JSON.stringify(answer)}); process.exitCode = ${exitCode}\n`
  fs.writeFileSync(join(home, 'bin', 'java'), script, { mode: 0o755 })
  return home
}

describe('Java', () => {
  it('is that of JAVA_HOME, else the one on the PATH', async () => {
    const seventeen = install('17', 'openjdk version "17.0.9" 2023-10-17')
    const PATH = join(install('21', 'openjdk version "21" 2023-09-19'), 'bin')
    expect(await find({ JAVA_HOME: seventeen, PATH })).toEqual({
      command: join(seventeen, 'bin', 'java'),
      version: 17,
    })
    expect(await find({ PATH })).toEqual({ command: 'java', version: 21 })
    expect(await find({ PATH, JAVA_HOME: '' })).toEqual({ command: 'java', version: 21 })
  })

  it('is missing where nothing is found, and the error says where it looked', async () => {
    await expect(find({ PATH: directory })).rejects.toMatchObject({
      code: 'JAVA_MISSING',
      why: 'Looked for java on the PATH (JAVA_HOME is not set): there is none.',
      next: expect.stringContaining('17 or newer'),
    })
    await expect(find({ PATH: directory, JAVA_HOME: directory })).rejects.toMatchObject({
      code: 'JAVA_MISSING',
      why: expect.stringContaining(`${directory}/bin/java (JAVA_HOME is ${directory})`),
    })
  })

  it('is missing where what is found does not answer', async () => {
    await expect(find({ JAVA_HOME: install('broken', 'cannot load libjvm.so', 1) })).rejects.toMatchObject({
      code: 'JAVA_MISSING',
      why: expect.stringContaining('cannot load libjvm.so'),
    })
  })

  it('is refused where it is too old, and looked for again at the next call', async () => {
    const home = install('home', 'java version "1.8.0_392"')
    const distributions = new Distributions({ effects, environment: { JAVA_HOME: home } })
    await expect(distributions.java()).rejects.toMatchObject({
      code: 'JAVA_TOO_OLD',
      why: expect.stringContaining('Java 8'),
    })
    install('home', 'openjdk version "22-ea" 2024-03-19')
    expect((await distributions.java()).version).toBe(22)
  })

  it('names its version in many ways', () => {
    const versions = ['java version "1.8.0_392"', 'openjdk version "11.0.21" 2023', 'openjdk version "17-ea"']
    expect(versions.map(javaVersionOf)).toEqual([8, 11, 17])
    expect(javaVersionOf('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "25"\n')).toBe(25)
    expect(javaVersionOf('bash: java: not found')).toBeNull()
  })
})
