import { availableParallelism } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { simArguments } from './arguments.ts'

describe('the command line of the simulation', () => {
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
  afterEach(() => void vi.restoreAllMocks())

  it('plays one seed on both feeds unless told', () => {
    expect(simArguments([])).toEqual({
      seed: 1,
      seeds: 1,
      brokers: 3,
      feeds: ['inline', 'fetch'],
      clients: ['records', 'transactions', 'consumers'],
      jobs: availableParallelism(),
      isOneService: false,
      isUnclean: false,
      story: false,
      mutations: false,
      only: '',
    })
    expect(simArguments(['--seed', '7', '--feed', 'fetch'])).toMatchObject({ seed: 7, feeds: ['fetch'] })
    expect(simArguments(['--mutations', '--jobs', '3'])).toMatchObject({
      seeds: 500,
      jobs: 3,
      mutations: true,
    })
  })

  it.each([
    ['--seed', 'x'],
    ['--seeds', '0'],
    ['--feed', 'pipe'],
    ['--clients', 'nobody'],
    ['--nonsense'],
    ['--brokers', '-1'],
    ['--jobs', '0'],
  ])('plays nothing, and says how it is used, with %s %s', (...args) => {
    expect(simArguments(args)).toBeNull()
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining('Usage: npm run sim'))
  })
})
