import { describe, expect, it } from 'vitest'
import * as kafka from '../aws/schemas/kafka.generated.ts'
import { chosenUpdate, updateFlags } from './update-requests.ts'

const requestOf = (flags: Record<string, string>) =>
  chosenUpdate(
    new Map(
      Object.entries(flags).map(([name, text]) => {
        const flag = updateFlags().find((one) => one.flag === name)
        if (!flag) throw new Error(`there is no flag ${name}`)
        return [flag, flag.read(text, `--${name}`)]
      }),
    ),
  )

describe('the flags of an update', () => {
  it('are the members of the operation’s request', () => {
    expect(requestOf({ 'target-broker-ebs-volume-info': '200' })).toEqual({
      operation: 'UpdateBrokerStorage',
      method: 'PUT',
      path: 'nodes/storage',
      body: { targetBrokerEBSVolumeInfo: [{ kafkaBrokerNodeId: 'All', volumeSizeGB: 200 }] },
    })
    const configured = { 'configuration-arn': 'arn', 'configuration-revision': '2' }
    const body = { configurationInfo: { arn: 'arn', revision: 2 } }
    expect(requestOf(configured)).toMatchObject({ operation: 'UpdateClusterConfiguration', body })
    expect(requestOf({ ...configured, 'target-kafka-version': '3.9.x' })).toMatchObject({
      operation: 'UpdateClusterKafkaVersion',
      body: { ...body, targetKafkaVersion: '3.9.x' },
    })
  })

  it('take members as the AWS CLI has them, and as the API does', () => {
    const body = {
      clientAuthentication: { sasl: { iam: { enabled: true } }, tls: { certificateAuthorityArnList: ['A'] } },
    }
    for (const given of [
      '{"Sasl":{"Iam":{"Enabled":true}},"Tls":{"CertificateAuthorityArnList":["A"]}}',
      JSON.stringify(body.clientAuthentication),
    ])
      expect(requestOf({ 'client-authentication': given })).toMatchObject({
        operation: 'UpdateSecurity',
        body,
      })
  })

  it('of two operations at once, and none, are refused with what there is', () => {
    expect(() => requestOf({ 'target-instance-type': 'a', 'volume-size-gb': '2' })).toThrow(
      /UpdateBrokerType: --target-instance-type\n.*UpdateStorage/,
    )
    expect(() => requestOf({})).toThrow(/UpdateBrokerCount/)
    expect(() => requestOf({ 'logging-info': '{' })).toThrow(/--logging-info takes JSON/)
  })

  it('cover every update operation of clusters, by its method, its path and its members', () => {
    const updates = kafka.operations
      .split('\n')
      .map((line) => line.split(' '))
      .filter(
        ([name = '', , path = '']) =>
          name.startsWith('Update') && /^\/v1\/clusters\/\{ClusterArn\}\/[a-z/]+$/.test(path),
      )
    const members = new Map(
      kafka.structures.split('\n').map((line): [string, string[]] => {
        const [name = '', ...rest] = line.split(' ')
        return [name, rest.map((one) => one.replace(/^!/, '').replace(/[/=:].*$/, ''))]
      }),
    )
    const covered = new Map<string, Set<string>>()
    for (const flag of updateFlags()) {
      const { operation, method, path } = chosenUpdate(new Map([[flag, 'x']]))
      const outer = flag.member.split('.')[0] ?? ''
      const known = updates.find(([name]) => name === operation)
      expect(known?.slice(1, 3)).toEqual([method, `/v1/clusters/{ClusterArn}/${path}`])
      covered.set(
        operation,
        (covered.get(operation) ?? new Set()).add(outer.charAt(0).toUpperCase() + outer.slice(1)),
      )
    }
    for (const [name = ''] of updates) {
      const needed = (members.get(`${name}Request`) ?? []).filter(
        (one) => !['ClusterArn', 'CurrentVersion', 'ConfigurationInfo'].includes(one),
      )
      expect([...(covered.get(name) ?? [])], name).toEqual(expect.arrayContaining(needed))
    }
  })
})
