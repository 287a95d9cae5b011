import { describe, expect, it } from 'vitest'
import { consoleRoot, pageAddress, routeOf } from './route.ts'

const at = (address: string) => {
  const { pathname, search } = new URL(address, 'http://localhost')
  return routeOf({ pathname, search })
}

describe('an address', () => {
  it.each(['channels', 'clusters', 'queues', 'streams'] as const)('names one of the %s', (kind) => {
    const { of, query } = at(pageAddress(kind, 'a.b_c-1', { tab: 'x y', at: '<b>&' }))
    expect(of).toEqual({ kind, name: 'a.b_c-1' })
    expect(Object.fromEntries(query)).toEqual({ tab: 'x y', at: '<b>&' })
  })

  it.each(['.', '..', '...', '.a', '-', '_'])('names what is called %s', (name) => {
    expect(at(pageAddress('streams', name)).of).toEqual({ kind: 'streams', name })
  })

  it('is that of home, or of nowhere', () => {
    expect(at(consoleRoot).of).toBeNull()
    for (const path of ['streams', 'streams/', 'streams/a/b', 'buckets/a', 'streams/<b>'])
      expect(at(consoleRoot + path).of).toBeUndefined()
  })
})
