import { describe, expect, it } from 'vitest'
import { principalMapping } from './principal-mapping.ts'

const subject = 'CN=Alice,OU=ServiceUsers,O=Acme,C=DE'

describe('rules by which clients are named after their certificates', () => {
  it.each([
    ['DEFAULT', subject],
    ['RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/', 'Alice'],
    ['RULE:^CN=(.*?),OU=ServiceUsers.*$/$1@$1/L', 'alice@alice'],
    ['RULE:^CN=(.*?),.*$/$1/U', 'ALICE'],
    ['RULE:^CN=Bob.*$/bob/, RULE:^.*[Cc][Nn]=([a-zA-Z0-9.]*).*$/$1/L,DEFAULT', 'alice'],
    ['RULE:^CN=Bob.*$/bob/,DEFAULT', subject],
    ['RULE:^CN=(.*?),.*$/a\\/b\\$1/', 'a/b$1'],
    ['RULE:^CN=Bob$/bob/', null],
    ['RULE:CN=Alice/part/', null],
  ])('%s', (rules, name) => {
    expect(principalMapping(rules)(subject)).toBe(name)
  })

  it.each([
    'default',
    'RULE:',
    'RULE:^CN=(.*)$',
    'RULE:^CN=(.*?)$/$1',
    'RULE:^CN=(.*?)$/$1/L/U',
    'RULE:(/x/',
    'RULE:^CN=(.*?)$/$1/X',
  ])('are refused where they cannot be read: %s', (rules) => {
    expect(() => principalMapping(rules)).toThrow()
  })
})
