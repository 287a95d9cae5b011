import type { DeleteSecretRequest, DeleteSecretResponse } from '@aws-sdk/client-secrets-manager'
import { invalidParameter, stored } from '../exceptions.ts'
import { usableSecretOf } from '../operation.ts'
import type { Services } from '../services.ts'

const windowDays = { min: 7, max: 30, usual: 30 }

/**
 * Marks a secret for deletion after a recovery window, or removes it at once where that is said in so many words: then
 * also one that is marked, and one that there is not is no error.
 *
 * Refuses, in this order: both ways at a time; a window out of range; one that there is not or that is marked already.
 */
export const deleteSecret =
  ({ secrets, clock }: Pick<Services, 'secrets' | 'clock'>) =>
  (input: DeleteSecretRequest): DeleteSecretResponse => {
    const { SecretId: id = '', RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input
    if (force && days !== undefined)
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      )
    if (days !== undefined && (days < windowDays.min || days > windowDays.max))
      throw invalidParameter(
        `The RecoveryWindowInDays value must be between ${windowDays.min} and ${windowDays.max} days (inclusive).`,
      )
    if (force) {
      const record = secrets.find(id)
      if (record) stored(() => secrets.remove(record))
      return { ARN: record?.arn, Name: record?.name ?? id, DeletionDate: new Date(clock.now()) }
    }
    const record = usableSecretOf({ secrets }, id)
    const due = stored(() => secrets.scheduleDeletion(record, days ?? windowDays.usual))
    return { ARN: record.arn, Name: record.name, DeletionDate: due }
  }
