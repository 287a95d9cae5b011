import type { GetCallerIdentityResponse } from '@aws-sdk/client-sts'
import type { OperationContext } from '../../service.ts'

/** Who has signed. Everybody may ask, whatever their policies say. */
export const getCallerIdentity =
  () =>
  (_: object, { owner }: Pick<OperationContext, 'owner'>): GetCallerIdentityResponse => {
    const { account, arn, userId } = owner.caller
    return { Account: account, Arn: arn, UserId: userId }
  }
