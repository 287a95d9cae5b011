import { systemRandom } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { PageTokens } from './page-tokens.ts'

const tokens = new PageTokens(systemRandom())

describe('the token of a page', () => {
  it('is understood by the operation that has given it, and by no other', () => {
    const token = tokens.seal('kafka:ListTopics', 'orders')
    expect(tokens.open('kafka:ListTopics', token)).toBe('orders')
    expect(tokens.open('kafka:ListClusters', token)).toBeUndefined()
    expect(new PageTokens(systemRandom()).open('kafka:ListTopics', token)).toBeUndefined()
  })

  it('tells nothing, and is another one each time', () => {
    const token = tokens.seal('kafka:ListTopics', 'orders')
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('orders')
    expect(tokens.seal('kafka:ListTopics', 'orders')).not.toBe(token)
  })

  it('is none any more when a single bit of it is another', () => {
    const bytes = Buffer.from(tokens.seal('kafka:ListTopics', 'orders'), 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes)
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at)
      expect(tokens.open('kafka:ListTopics', altered.toString('base64url'))).toBeUndefined()
    }
    for (const token of ['', 'x', 'a'.repeat(200)])
      expect(tokens.open('kafka:ListTopics', token)).toBeUndefined()
  })
})
