import { describe, expect, test } from 'vitest'
import { subscription } from '../testing/group-context.ts'
import { type Preferences, selectProtocol, subscribedTopics } from './protocols.ts'

const preferring = (...names: string[]): Preferences =>
  names.map((name) => ({ name, metadata: Buffer.alloc(0) }))

describe('the protocol of a group', () => {
  test('is the one that most members like best', () => {
    const members = [
      preferring('range', 'sticky'),
      preferring('sticky', 'range'),
      preferring('sticky', 'range'),
    ]
    expect(selectProtocol(members)).toBe('sticky')
  })

  test('is one that all support, whatever most would like', () => {
    const members = [preferring('sticky', 'range'), preferring('sticky', 'range'), preferring('range')]
    expect(selectProtocol(members)).toBe('range')
  })

  test('does not come of members that have none in common: nobody let them in', () => {
    expect(() => selectProtocol([preferring('range'), preferring('sticky')])).toThrow(/no common protocol/)
  })
})

describe("a consumer's topics", () => {
  test('are read from a subscription of any version', () => {
    const bytes = subscription('events', 'orders')
    expect(subscribedTopics(bytes)).toEqual(['events', 'orders'])
    bytes.writeInt16BE(99)
    expect(subscribedTopics(bytes)).toEqual(['events', 'orders'])
  })

  test('are not known where its bytes are something else', () => {
    expect(subscribedTopics(Buffer.from('nothing of the kind'))).toBeNull()
    expect(subscribedTopics(Buffer.from([0xff, 0xff]))).toBeNull()
  })
})
