/*
 * DescribeAcls, versions 1 to 3: the ACLs that a filter means, by what they are about (KIP-140, KIP-290).
 *
 * - Answered by each broker, from what it has of the metadata; without an authorizer there are none (54).
 */
import { DescribeAcls, ErrorCode, type Input, type ResponseOf } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { matchesFilter } from '../../metadata/acls-image.ts'
import { handler } from '../handler.ts'

type Resource = NonNullable<Input<ResponseOf<typeof DescribeAcls>>['resources']>[number]

export const describeAcls = handler(
  DescribeAcls,
  [whole('describe', 'cluster')],
  function* (filter, { broker }) {
    if (broker.config.string('authorizer.class.name') === '')
      return {
        errorCode: ErrorCode.SECURITY_DISABLED,
        errorMessage: 'No Authorizer is configured on the broker',
      }
    const resources = new Map<string, Resource & { acls: object[] }>()
    for (const acl of broker.metadata.security.acls.all()) {
      yield
      if (!matchesFilter(filter, acl)) continue
      const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = acl
      const key = `${resourceType} ${patternType} ${resourceName}`
      let resource = resources.get(key)
      if (!resource) resources.set(key, (resource = { resourceType, resourceName, patternType, acls: [] }))
      resource.acls.push({ principal, host, operation, permissionType })
    }
    return { errorCode: ErrorCode.NONE, errorMessage: '', resources: [...resources.values()] }
  },
)
