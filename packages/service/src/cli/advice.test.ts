import { describe, expect, it } from 'vitest'
import { ownCommand } from './advice.ts'
import { ownName, shellWord, type Surroundings } from './own-name.ts'

const surroundings = (there: string[], change: Partial<Surroundings> = {}): Surroundings => ({
  directory: '/ada/shop/api',
  path: '/usr/local/bin:/usr/bin',
  launcher: '/opt/sluice/bin/sluice.mjs',
  exists: (path) => there.includes(path),
  ...change,
})

describe('how this program is called', () => {
  it('is by npx where a package of the project, or npx itself, has it', () => {
    expect(ownName(surroundings(['/ada/shop/node_modules/.bin/sluice']))).toBe('npx sluice')
    const launcher = '/ada/.npm/_npx/1a2b/node_modules/sluice/bin/sluice.mjs'
    expect(ownName(surroundings([], { launcher }))).toBe('npx sluice')
  })

  it('is by its name where it is installed, else by its path', () => {
    expect(ownName(surroundings(['/usr/bin/sluice']))).toBe('sluice')
    expect(ownName(surroundings([]))).toBe('node /opt/sluice/bin/sluice.mjs')
  })
})

describe('a command that is printed', () => {
  it('names the data directory unless it is the default one', () => {
    expect(ownCommand('status', './.sluice')).toMatch(/sluice status$/)
    expect(ownCommand('status -o json', '/data/my cluster')).toMatch(
      /sluice status -o json --data-dir '\/data\/my cluster'$/,
    )
  })

  it('survives a shell', () => {
    expect(['./a-b.c', "it's"].map(shellWord)).toEqual(['./a-b.c', "'it'\\''s'"])
  })
})
