import { clusterActions } from '../iam/cluster-actions.ts'
import { permissionOnlyActions } from './kinesis/access-targets.ts'
import { kinesisSchema } from './kinesis/kinesis-schema.ts'
import * as applicationAutoScaling from './schemas/application-auto-scaling.generated.ts'
import * as cloudwatch from './schemas/cloudwatch.generated.ts'
import * as cloudwatchLogs from './schemas/cloudwatch-logs.generated.ts'
import { mskSchema } from './msk/msk-schema.ts'
import * as secretsManager from './schemas/secrets-manager.generated.ts'
import * as sts from './schemas/sts.generated.ts'

/** What policies can speak of here: the operations of each service under its prefix, and what clients of Kafka do. */
export function knownActions(): ReadonlyMap<string, readonly string[]> {
  const services = {
    kafka: mskSchema,
    kinesis: kinesisSchema,
    'application-autoscaling': applicationAutoScaling,
    cloudwatch,
    logs: cloudwatchLogs,
    secretsmanager: secretsManager,
    sts,
  }
  const ofServices = Object.entries(services).map(([prefix, { operations }]): [string, string[]] => [
    prefix,
    prefix === 'kinesis' ? [...namesIn(operations), ...permissionOnlyActions] : namesIn(operations),
  ])
  return new Map<string, readonly string[]>([...ofServices, ['kafka-cluster', clusterActions]])
}

/** Each line begins with one. */
function namesIn(operations: string): string[] {
  return operations
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name !== '')
}
