import { describe, expect, it } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { advertisedHosts, hostOption, reachOf } from './reach-options.ts'

describe('--advertised-host', () => {
  it('names all listeners, or one', () => {
    expect(advertisedHosts(undefined)).toBeUndefined()
    expect(advertisedHosts(['kafka.test', 'CLIENT_IAM=iam.test', 'CLIENT=10.0.0.1'])).toEqual({
      advertisedHost: 'kafka.test',
      advertisedHosts: { CLIENT_IAM: 'iam.test', CLIENT: '10.0.0.1' },
    })
    expect(reachOf(undefined, advertisedHosts('host.docker.internal'))).toEqual({
      host: '127.0.0.1',
      advertisedHost: 'host.docker.internal',
      advertisedHosts: {},
    })
  })

  it.each(['', 'a b', 'x:9092', 'http://x', 'REPLICATION=x', 'client=x', '-a', 'CLIENT='])(
    'refuses %j',
    (text) => {
      expect(() => advertisedHosts([text])).toThrow(UsageError)
    },
  )
})

describe('--host', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5'])('takes %s', (address) => {
    expect(hostOption().parseArg?.(address, undefined)).toBe(address)
  })

  it.each(['localhost', 'kafka.test', '1.2.3', ''])('refuses %j', (text) => {
    expect(() => hostOption().parseArg?.(text, undefined)).toThrow(UsageError)
  })
})
