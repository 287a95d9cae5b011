import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ErrorCode } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import * as kafka from '../aws/schemas/kafka.generated.ts'
import { allExplained, explained } from './explain.ts'

/** What the sources of the service say, without tests. */
function sources(): string[] {
  const root = join(import.meta.dirname, '..')
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|generated|testing|explanations/.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
}

const names = new Set(allExplained().map(({ name }) => name))

describe('what is explained', () => {
  it('is every error code of Kafka, once', () => {
    const ofKafka = allExplained().filter(({ code }) => code !== undefined)
    expect(ofKafka.map(({ name }) => name).sort()).toEqual(Object.keys(ErrorCode).sort())
    expect(names.size).toBe(allExplained().length)
  })

  it('is every exception of the MSK API', () => {
    const exceptions = kafka.structures.split('\n').flatMap((line) => /^(\w+) <\d+>/.exec(line)?.[1] ?? [])
    expect(exceptions.length).toBeGreaterThan(15)
    expect(exceptions.filter((name) => !names.has(name))).toEqual([])
  })

  it('is every exception and every code that the service has', () => {
    const patterns = [
      /code: '([A-Z][A-Z_]+)'/g,
      /code \?\? '([A-Z][A-Z_]+)'/g,
      /codeOf\(error\) \?\? '([A-Z][A-Z_]+)'/g,
      /AwsException\(\s*'(\w+)'/g,
      /refused\('(\w+Exception)'/g,
    ]
    const found = new Set(
      sources().flatMap((text) =>
        patterns.flatMap((one) => [...text.matchAll(one)].map(([, code]) => code ?? '')),
      ),
    )
    expect(found.size).toBeGreaterThan(60)
    // The system's own are told with the system's message.
    const unexplained = [...found].filter((code) => !names.has(code) && !/^E[A-Z]+$/.test(code))
    expect(unexplained).toEqual([])
  })

  it('has a meaning, causes and a next step for each', () => {
    for (const { name, meaning, causes, next } of allExplained())
      for (const text of [meaning, causes, next]) expect(text, name).toMatch(/^[A-Z`a-z].*[.`]$/)
  })
})

describe('a code', () => {
  it.each([
    ['6', 'NOT_LEADER_OR_FOLLOWER'],
    ['-1', 'UNKNOWN_SERVER_ERROR'],
    ['not_leader_or_follower', 'NOT_LEADER_OR_FOLLOWER'],
    ['NotLeaderOrFollowerException', 'NOT_LEADER_OR_FOLLOWER'],
    ['TooManyRequestsException', 'TooManyRequestsException'],
    ['healing', 'HEALING'],
  ])('%s is found', (asked, name) => {
    expect(explained(asked).name).toBe(name)
  })

  it('that is none is refused with those that are near', () => {
    expect(() => explained('LEADER')).toThrow(/Nothing is known of LEADER/)
    try {
      explained('LEADER')
    } catch (error) {
      expect(error).toMatchObject({ code: 'CODE_UNKNOWN', why: expect.stringMatching(/FENCED_LEADER_EPOCH/) })
    }
  })
})
