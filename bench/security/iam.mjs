// The IAM user of the benchmark.

export const region = 'eu-central-1'
export const account = '000000000000'
export const accessKey = { accessKeyId: 'AKIABENCH', secretAccessKey: 'the-secret-of-the-benchmark' }

/** One has room for some 25 of these. */
const statementsPerPolicy = 10

/** All but the last statement are about something else. */
export function policiesOfStatements(count) {
  const cluster = `arn:aws:kafka:${region}:${account}`
  const statements = Array.from({ length: count - 1 }, (_, at) => ({
    Effect: 'Allow',
    Action: ['kafka-cluster:ReadData', 'kafka-cluster:DescribeTopic'],
    Resource: `${cluster}:topic/other-${at}/*/team-${at}-*`,
  }))
  statements.push({ Effect: 'Allow', Action: 'kafka-cluster:*', Resource: `${cluster}:*` })
  const policies = []
  while (statements.length > 0)
    policies.push({ Version: '2012-10-17', Statement: statements.splice(0, statementsPerPolicy) })
  return policies
}
