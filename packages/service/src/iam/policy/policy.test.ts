import { describe, expect, it } from 'vitest'
import { type Decision, judge, judgeAny, type PolicySet, refusalText } from './decision.ts'
import { MalformedPolicy } from './malformed-policy.ts'
import { type PolicyKind, policyOf } from './policy.ts'
import type { Caller } from './principals.ts'

const account = '111122223333'
const clusterArn = `arn:aws:kafka:us-east-1:${account}:cluster/orders/abc-1`

const alice: Caller = {
  arn: `arn:aws:iam::${account}:user/alice`,
  principalArn: `arn:aws:iam::${account}:user/alice`,
  account,
  userId: 'AIDAALICE',
  type: 'User',
}
const reader: Caller = {
  arn: `arn:aws:sts::${account}:assumed-role/reader/tuesday`,
  principalArn: `arn:aws:iam::${account}:role/reader`,
  account,
  userId: 'AROAREADER:tuesday',
  type: 'AssumedRole',
}
const owner: Caller = {
  arn: `arn:aws:iam::${account}:root`,
  principalArn: `arn:aws:iam::${account}:root`,
  account,
  userId: account,
  type: 'Account',
}
const stranger: Caller = { ...alice, account: '999900001111', arn: 'arn:aws:iam::999900001111:user/eve' }

type Given = object | readonly object[]

function named(kind: PolicyKind, name: string, statements: Given) {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  return { name, policy: policyOf(text, kind) }
}

interface Case {
  caller?: Caller
  identity?: Given
  session?: Given
  resource?: Given
  action?: string
  on?: string
  context?: Record<string, string | string[]>
}

function questionOf({
  caller = alice,
  action = 'kafka:DescribeCluster',
  on = clusterArn,
  context = {},
}: Case) {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat()]))
  return { caller, action, resource: on, resourceAccount: account, context: (key: string) => values.get(key) }
}

function policiesOf({ identity, session, resource }: Case): PolicySet {
  return {
    identity: identity ? [named('identity', 'own', identity)] : [],
    session: session ? [named('identity', 'session', session)] : null,
    resource: resource ? named('resource', 'cluster policy', resource) : null,
  }
}

function decided(one: Case): Decision {
  return judge(questionOf(one), policiesOf(one))
}

const allow = (Action: string | string[] = '*', Resource: string | string[] = '*', more = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const deny = (Action: string | string[] = '*', Resource: string | string[] = '*', more = {}) => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
})
const to = (AWS: string | string[]) => ({ Principal: { AWS } })

describe('a request is judged', () => {
  it.each<[string, boolean, Case]>([
    ['without any policy: no', false, {}],
    ['allowed by its action and ARN', true, { identity: allow('kafka:DescribeCluster', clusterArn) }],
    ['actions in any case', true, { identity: allow('KAFKA:describecluster') }],
    ['with wildcards', true, { identity: allow('kafka:Desc*be?luster', `${clusterArn.slice(0, -1)}?`) }],
    ['another action: no', false, { identity: allow('kafka:DescribeClusterV2') }],
    ['another service: no', false, { identity: allow('kafka-cluster:*') }],
    ['another cluster: no', false, { identity: allow('*', clusterArn.replace('orders', 'bills')) }],
    [
      'everything but an action',
      true,
      { identity: { Effect: 'Allow', NotAction: 'kafka:Delete*', Resource: '*' } },
    ],
    [
      'the action that is left out: no',
      false,
      { identity: { Effect: 'Allow', NotAction: 'kafka:Describe*', Resource: '*' } },
    ],
    [
      'everything but a resource: no',
      false,
      { identity: { Effect: 'Allow', Action: '*', NotResource: `${clusterArn.slice(0, 40)}*` } },
    ],
    ['an explicit deny wins', false, { identity: [allow(), deny('kafka:DescribeCluster')] }],
    ['a deny of something else does not', true, { identity: [allow(), deny('kafka:DeleteCluster')] }],
    [
      'wildcards stay within a component of an ARN',
      false,
      { identity: allow('*', 'arn:aws:kafka:*:cluster/*') },
    ],
    ['an ARN that ends early stands for all', true, { identity: allow('*', 'arn:aws:kafka:us-east-1') }],
    [
      'an action without a resource, by *',
      true,
      { identity: allow('kafka:ListClusters'), action: 'kafka:ListClusters', on: '*' },
    ],
    [
      'the same by an ARN: no',
      false,
      { identity: allow('*', clusterArn), action: 'kafka:ListClusters', on: '*' },
    ],
    ['the account itself may do everything', true, { caller: owner, identity: deny() }],
    [
      'a resource’s policy alone is enough within the account',
      true,
      { resource: allow('kafka:*', '*', to(alice.arn)) },
    ],
    [
      'it names a role by its ARN',
      true,
      { caller: reader, resource: allow('*', '*', to(reader.principalArn)) },
    ],
    ['or one session of it', true, { caller: reader, resource: allow('*', '*', to(reader.arn)) }],
    ['or everybody', true, { resource: allow('*', '*', { Principal: '*' }) }],
    [
      'the account there leaves it to the account’s policies',
      false,
      { resource: allow('*', '*', to(account)) },
    ],
    [
      'but its deny is one for all of them',
      false,
      { identity: allow(), resource: deny('*', '*', to(account)) },
    ],
    [
      'a service of AWS is nobody who asks',
      false,
      { resource: allow('*', '*', { Principal: { Service: 'kafka.amazonaws.com' } }) },
    ],
    [
      'another account needs both',
      true,
      { caller: stranger, identity: allow(), resource: allow('*', '*', to('999900001111')) },
    ],
    ['by its own alone: no', false, { caller: stranger, identity: allow() }],
    ['by the resource’s alone: no', false, { caller: stranger, resource: allow('*', '*', to(stranger.arn)) }],
    [
      'a session’s own policy bounds it',
      false,
      { caller: reader, identity: allow(), session: allow('kafka:List*') },
    ],
    ['and gives nothing', false, { caller: reader, session: allow() }],
    ['both', true, { caller: reader, identity: allow(), session: allow('kafka:Describe*') }],
    ['it bounds the account itself, too', false, { caller: owner, session: allow('kafka:List*') }],
  ])('%s', (_, isAllowed, one) => {
    expect(decided(one).isAllowed).toBe(isAllowed)
  })
})

describe('a condition', () => {
  const tagged = { 'aws:ResourceTag/team': 'blue' }
  it.each<[string, boolean, object, Record<string, string | string[]>]>([
    ['StringEquals', true, { StringEquals: { 'aws:ResourceTag/team': ['red', 'blue'] } }, tagged],
    ['keys in any case', true, { StringEquals: { 'AWS:resourcetag/TEAM': 'blue' } }, tagged],
    ['StringEquals takes * as it is', false, { StringEquals: { 'aws:ResourceTag/team': 'b*' } }, tagged],
    ['StringLike', true, { StringLike: { 'aws:ResourceTag/team': 'b*' } }, tagged],
    ['StringNotEquals', false, { StringNotEquals: { 'aws:ResourceTag/team': ['red', 'blue'] } }, tagged],
    ['StringNotEquals of what is not there', true, { StringNotEquals: { 'aws:ResourceTag/x': 'a' } }, tagged],
    ['StringEquals of what is not there', false, { StringEquals: { 'aws:ResourceTag/x': 'a' } }, tagged],
    ['IfExists of what is not there', true, { StringEqualsIfExists: { 'aws:ResourceTag/x': 'a' } }, tagged],
    ['IfExists of what is', false, { StringEqualsIfExists: { 'aws:ResourceTag/team': 'a' } }, tagged],
    ['any case', true, { StringEqualsIgnoreCase: { 'aws:ResourceTag/team': 'BLUE' } }, tagged],
    [
      'all lines together',
      false,
      { StringEquals: { 'aws:ResourceTag/team': 'blue', 'aws:username': 'x' } },
      tagged,
    ],
    ['Null true', true, { Null: { 'aws:ResourceTag/x': 'true' } }, tagged],
    ['Null false', false, { Null: { 'aws:ResourceTag/x': false } }, tagged],
    [
      'ForAllValues',
      true,
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
      { 'aws:TagKeys': ['b', 'a'] },
    ],
    [
      'ForAllValues of one that is not listed',
      false,
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } },
      { 'aws:TagKeys': ['a', 'b'] },
    ],
    ['ForAllValues of nothing', true, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, {}],
    [
      'ForAnyValue',
      true,
      { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['c*'] } },
      { 'aws:TagKeys': ['a', 'cost'] },
    ],
    ['ForAnyValue of nothing', false, { 'ForAnyValue:StringNotLike': { 'aws:TagKeys': ['c*'] } }, {}],
    ['Bool', true, { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }],
    ['Bool otherwise', false, { Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': 'false' }],
    ['a number', true, { NumericLessThan: { 'aws:EpochTime': 10 } }, { 'aws:EpochTime': '9.5' }],
    [
      'numbers that differ',
      false,
      { NumericNotEquals: { 'aws:EpochTime': ['1', '2'] } },
      { 'aws:EpochTime': '2' },
    ],
    [
      'a date',
      true,
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { 'aws:CurrentTime': '2026-06-01T00:00:00Z' },
    ],
    [
      'a date in seconds',
      false,
      { DateLessThanEquals: { 'aws:CurrentTime': '1' } },
      { 'aws:CurrentTime': '2026-06-01T00:00:00Z' },
    ],
    [
      'an address',
      true,
      { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      { 'aws:SourceIp': '203.0.113.9' },
    ],
    [
      'an address outside',
      false,
      { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      { 'aws:SourceIp': '203.0.114.9' },
    ],
    [
      'one of IPv6',
      true,
      { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } },
      { 'aws:SourceIp': '2001:db8:1::7' },
    ],
    [
      'NotIpAddress',
      true,
      { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '10.0.0.1'] } },
      { 'aws:SourceIp': '10.0.0.2' },
    ],
    [
      'one of IPv4 inside of IPv6',
      true,
      { IpAddress: { 'aws:SourceIp': '127.0.0.1' } },
      { 'aws:SourceIp': '::ffff:127.0.0.1' },
    ],
    [
      'an ARN',
      true,
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } },
      { 'aws:PrincipalArn': alice.arn },
    ],
    [
      'not an ARN',
      false,
      { ArnNotEquals: { 'aws:PrincipalArn': alice.arn } },
      { 'aws:PrincipalArn': alice.arn },
    ],
    [
      'a variable',
      true,
      { StringEquals: { 'aws:ResourceTag/owner': '${aws:username}' } },
      { 'aws:ResourceTag/owner': 'al', 'aws:username': 'al' },
    ],
    [
      'a variable that stands for nothing',
      false,
      { StringLike: { 'aws:ResourceTag/owner': '${aws:username}' } },
      { 'aws:ResourceTag/owner': 'al' },
    ],
    ['a star that is one', false, { StringLike: { 'aws:username': 'a${*}' } }, { 'aws:username': 'al' }],
  ])('%s', (_, isAllowed, Condition, context) => {
    expect(decided({ identity: allow('*', '*', { Condition }), context }).isAllowed).toBe(isAllowed)
  })
})

it('a variable in a resource is taken literally', () => {
  const identity = allow('kafka-cluster:*', `arn:aws:kafka:*:*:topic/*/*/\${aws:username}-*`)
  const on = `arn:aws:kafka:us-east-1:${account}:topic/orders/abc-1/`
  const isAllowed = (topic: string, name: string) =>
    decided({ identity, action: 'kafka-cluster:ReadData', on: on + topic, context: { 'aws:username': name } })
      .isAllowed
  expect(isAllowed('alice-1', 'alice')).toBe(true)
  expect(isAllowed('bob-1', 'alice')).toBe(false)
  for (const name of ['*', '???', '\u0000', '\u0001\u0001\u0001'])
    expect(isAllowed('bob-1', name)).toBe(false)
})

describe('the decision', () => {
  it('names the statement that decides', () => {
    expect(
      decided({ identity: [allow('kafka:List*'), allow('kafka:*', '*', { Sid: 'AllOfKafka' })] }).by,
    ).toEqual({
      policy: 'own',
      statement: 'AllOfKafka',
    })
    expect(decided({ identity: [allow(), deny('kafka:Describe*')] }).by).toEqual({
      policy: 'own',
      statement: 'statement 2',
    })
  })

  it.each<[string, Case]>([
    ['because no identity-based policy allows the kafka:DescribeCluster action', {}],
    ['with an explicit deny in an identity-based policy', { identity: [allow(), deny()] }],
    [
      'with an explicit deny in a resource-based policy',
      { identity: allow(), resource: deny('*', '*', { Principal: '*' }) },
    ],
    [
      'because no session policy allows the kafka:DescribeCluster action',
      { identity: allow(), session: allow('sts:*') },
    ],
    [
      'because no resource-based policy allows the kafka:DescribeCluster action',
      { caller: stranger, identity: allow() },
    ],
  ])('is told in AWS’s words: … %s', (why, one) => {
    const question = questionOf(one)
    const { arn } = question.caller
    expect(refusalText(question, decided(one))).toBe(
      `User: ${arn} is not authorized to perform: kafka:DescribeCluster on resource: ${clusterArn} ${why}`,
    )
  })
})

it.each<[string, boolean, Given]>([
  ['one topic', true, allow('kafka-cluster:WriteData', `arn:aws:kafka:*:*:topic/orders/abc-1/events`)],
  ['some topics', true, allow('kafka-cluster:*', `arn:aws:kafka:*:*:topic/*/events-?`)],
  ['all', true, allow()],
  ['none of this cluster', false, allow('kafka-cluster:WriteData', `arn:aws:kafka:*:*:topic/bills/*`)],
  ['groups', false, allow('kafka-cluster:WriteData', `arn:aws:kafka:*:*:group/orders/*`)],
  ['all but one', true, [allow(), deny('*', 'arn:aws:kafka:*:*:topic/*/*/secret')]],
  [
    'one that is denied',
    false,
    [allow('*', 'arn:aws:kafka:*:*:topic/*/*/a'), deny('*', 'arn:aws:kafka:*:*:topic/*/*/a')],
  ],
  ['another action', false, allow('kafka-cluster:ReadData')],
  [
    'what is not said not to be',
    true,
    { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:kafka:*:*:topic/*/*/a' },
  ],
])('any topic: %s', (_, isAllowed, identity) => {
  const question = questionOf({ action: 'kafka-cluster:WriteData' })
  const start = `arn:aws:kafka:us-east-1:${account}:topic/orders/abc-1/`
  expect(judgeAny(question, start, policiesOf({ identity }))).toBe(isAllowed)
})

it('any topic: one that a session’s own policy names, where the role may write to all', () => {
  const question = questionOf({ action: 'kafka-cluster:WriteData' })
  const start = `arn:aws:kafka:us-east-1:${account}:topic/orders/abc-1/`
  const session = allow('kafka-cluster:WriteData', `${start}events`)
  expect(judgeAny(question, start, policiesOf({ identity: allow(), session }))).toBe(true)
  expect(judgeAny(question, start, policiesOf({ identity: allow('sts:*'), session }))).toBe(false)
})

describe('what is not understood is refused', () => {
  const document = (Statement: unknown, more = {}) => ({ Version: '2012-10-17', Statement, ...more })
  it.each<[string, unknown, PolicyKind?]>([
    ['Syntax errors in policy.', 'no JSON'],
    ['Syntax errors in policy.', document(undefined)],
    ['Syntax errors in policy.', document([])],
    ['Syntax errors in policy.', document({ ...allow(), NotAction: '*' })],
    ['Policy document must be version 2012-10-17 or greater.', { Statement: allow() }],
    ['Syntax errors in policy.', { Version: '2026-01-01', Statement: allow() }],
    ['Has prohibited field Statements', document(allow(), { Statements: [] })],
    ['Has prohibited field Actions', document({ ...allow(), Actions: '*' })],
    ['Missing required field Effect', document({ Action: '*', Resource: '*' })],
    ['Invalid effect: "allow"', document({ ...allow(), Effect: 'allow' })],
    ['Policy statement must contain actions.', document({ Effect: 'Allow', Resource: '*' })],
    ['Policy statement must contain resources.', document({ Effect: 'Allow', Action: '*' })],
    [
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
      document(allow('DescribeCluster')),
    ],
    ['Resource orders must be in ARN format or "*".', document(allow('*', 'orders'))],
    [
      'Statement IDs (SID) in a single policy must be unique.',
      document([allow('*', '*', { Sid: 'a' }), allow('*', '*', { Sid: 'a' })]),
    ],
    ['Policy document should not specify a principal.', document(allow('*', '*', { Principal: '*' }))],
    ['Missing required field Principal', document(allow()), 'resource'],
    ['Invalid principal in policy: "bob"', document(allow('*', '*', to('bob'))), 'resource'],
    [
      'Invalid principal type in policy: Federated',
      document(allow('*', '*', { Principal: { Federated: 'x' } })),
      'resource',
    ],
    ['Has prohibited field Resource', document(allow('sts:AssumeRole', '*', { Principal: '*' })), 'trust'],
    [
      'Invalid Condition type : StringIs.',
      document(allow('*', '*', { Condition: { StringIs: { 'aws:username': 'a' } } })),
    ],
    [
      'Condition key is not known here: aws:Mood',
      document(allow('*', '*', { Condition: { Bool: { 'aws:Mood': 'true' } } })),
    ],
    [
      'Invalid IP address or CIDR range: 10.0.0.0/33',
      document(allow('*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } })),
    ],
    [
      'Invalid value for a date condition: monday',
      document(allow('*', '*', { Condition: { DateEquals: { 'aws:CurrentTime': 'monday' } } })),
    ],
    ['Syntax errors in policy.', document(allow('*', '*', { Condition: { Bool: {} } }))],
    [
      'Policy variable is not known here: ${aws:Mood}',
      document(deny('*', 'arn:aws:kafka:*:*:topic/*/*/${aws:Mood}')),
    ],
    [
      "Policy variable is not known here: ${aws:username, 'nobody'}",
      document(
        deny('*', '*', { Condition: { StringEquals: { 'aws:userid': "${aws:username, 'nobody'}" } } }),
      ),
    ],
    [
      'Has duplicate field Effect',
      '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect" :"Allow","Action":"*","Resource":"*"}}',
    ],
    [
      'Has duplicate field Bool',
      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kafka:Bool","kafka:Effect"],"Resource":"*","Condition":
        {"Bool":{"aws:SecureTransport":"true"},"\\u0042ool":{"aws:SecureTransport":"false"}}}]}`,
    ],
    ['Has prohibited field NotPrincipal', document(deny('*', '*', { NotPrincipal: '*' })), 'resource'],
    [
      'Policy document exceeds the maximum length of 6144 characters.',
      document(allow('*', `arn:aws:kafka:${'x'.repeat(6_144)}:`)),
    ],
  ])('%s', (message, given, kind = 'identity') => {
    const text = typeof given === 'string' ? given : JSON.stringify(given)
    expect(() => policyOf(text, kind)).toThrow(new MalformedPolicy(message))
  })
})

it('of many statements those decide that are about the resource, whatever the others begin with', () => {
  const topics = `arn:aws:kafka:us-east-1:${account}:topic/orders/abc-1`
  const action = 'kafka-cluster:ReadData'
  const about = (Sid: string, Resource: string | string[], more: object = {}) => ({
    ...{ Sid, Effect: 'Allow', Action: 'kafka-cluster:*', Resource },
    ...more,
  })
  const identity = [
    about('long', `${topics}/payments-*`),
    about('two', [`${topics}/pay`, `${topics}/refunds`]),
    about('all', 'arn:aws:kafka:*:*:topic/*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    about('middle', `${topics}/*-eu`),
    about('own', `${topics}/\${aws:username}-x`),
    about('never', `${topics}/payments-secret`, { Effect: 'Deny' }),
    about('but', undefined as never, { Effect: 'Deny', NotResource: `${topics}/*`, Resource: undefined }),
  ]
  const by = (topic: string, context = {}) => {
    const { isAllowed, by } = decided({ identity, action, on: `${topics}/${topic}`, context })
    return `${isAllowed} ${by?.statement}`
  }
  expect(by('payments-1')).toBe('true long')
  expect(by('pay')).toBe('true two')
  expect(by('refunds')).toBe('true two')
  expect(by('refunds-eu')).toBe('true middle')
  expect(by('refunds-eu', { 'aws:SecureTransport': 'true' })).toBe('true all')
  expect(by('alice-x')).toBe('false undefined')
  expect(by('alice-x', { 'aws:username': 'alice' })).toBe('true own')
  expect(by('payments-secret')).toBe('false never')
  const elsewhere = decided({ identity, action, on: `${topics.replace('abc-1', 'abc-2')}/pay` })
  expect(elsewhere.by?.statement).toBe('but')
})
