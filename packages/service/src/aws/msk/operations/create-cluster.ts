import type { CreateClusterRequest, CreateClusterResponse } from '@aws-sdk/client-kafka'
import type { ClusterRecord } from '../../../fleet/cluster-record.ts'
import { codeOf, sentenceOf } from '../../../fleet/operating-error.ts'
import { badRequest, conflict, notImplemented, serviceUnavailable } from '../../exceptions.ts'
import type { Services } from '../services.ts'
import { checkTags } from '../tags.ts'

export const createCluster =
  (services: Pick<Services, 'clusters'>) =>
  (input: CreateClusterRequest): CreateClusterResponse => {
    const { arn, name, state } = create(services, input)
    return { ClusterArn: arn, ClusterName: name, State: state }
  }

/** What CreateCluster and CreateClusterV2 share. */
export function create({ clusters }: Pick<Services, 'clusters'>, input: CreateClusterRequest): ClusterRecord {
  checkTags(input.Tags ?? {})
  let result: ReturnType<typeof clusters.create>
  try {
    result = clusters.create(input)
  } catch (error) {
    // The disk did not take the cluster, so there is none; anything without a code is a bug of ours.
    if (codeOf(error) === undefined) throw error
    throw serviceUnavailable(`The cluster could not be stored. ${sentenceOf(error)}`)
  }
  if ('nameTaken' in result) throw conflict('A resource with this name already exists', 'clusterName')
  if ('created' in result) return result.created
  const { kind, message, parameter } = result.refusal
  throw kind === 'invalid' ? badRequest(message, parameter) : notImplemented(message, parameter)
}
