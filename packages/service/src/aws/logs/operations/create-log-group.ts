import type { CreateLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs'
import { exists, limitExceeded, stored } from '../exceptions.ts'
import { checkedTags } from '../operation.ts'
import type { Services } from '../services.ts'

const groupsMax = 1_000

/** Refuses, in this order: tags; a name that is taken; more groups than there may be. */
export const createLogGroup =
  ({ logGroups }: Pick<Services, 'logGroups'>) =>
  (input: CreateLogGroupRequest): void => {
    const { logGroupName: name = '', kmsKeyId = null, logGroupClass = 'STANDARD' } = input
    const tags = checkedTags(input.tags)
    if (logGroups.isNameTaken(name)) throw exists('group')
    if (logGroups.list().length >= groupsMax) throw limitExceeded()
    stored(() => logGroups.create(name, { kmsKeyId, logGroupClass, tags }))
  }
