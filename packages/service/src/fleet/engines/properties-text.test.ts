import { describe, expect, it } from 'vitest'
import { propertiesText, propertyOf } from './properties-text.ts'

describe('a properties file', () => {
  it('keeps plain values as they are, in the given order', () => {
    const properties = {
      listeners: 'CLIENT://127.0.0.1:9092,REPLICATION://127.0.0.1:9093',
      'log.dirs': '/a b/c',
    }
    expect(propertiesText(properties)).toBe(
      'listeners=CLIENT://127.0.0.1:9092,REPLICATION://127.0.0.1:9093\nlog.dirs=/a b/c\n',
    )
  })

  it('escapes what would be read as something else', () => {
    expect(propertiesText({ 'a:b c': '  C:\\x\ny=#!' })).toBe('a\\:b\\ c=\\ \\ C:\\\\x\\ny=#!\n')
    // Read as ISO 8859-1, so everything beyond ASCII is written as UTF-16 units.
    expect(propertiesText({ dir: 'ä€😀' })).toBe('dir=\\u00e4\\u20ac\\ud83d\\ude00\n')
  })
})

it('finds one property in what Kafka wrote', () => {
  const text = '#\n#Mon Nov 23 03:03:14 UTC 2026\nnode.id=1\ncluster.id=abc-_1\n'
  expect(propertyOf(text, 'cluster.id')).toBe('abc-_1')
  expect(propertyOf(text, 'id')).toBeNull()
})
