import type { CreateSecretRequest, CreateSecretResponse } from '@aws-sdk/client-secrets-manager'
import { exists, invalidRequest, limitExceeded, stored, validation } from '../exceptions.ts'
import { tagsIn, tokenOf, valueIn, versionBefore } from '../operation.ts'
import type { Services } from '../services.ts'

/** AWS has 500,000 a region; here all of them are held in memory. */
const secretsMax = 10_000

/**
 * Makes a secret, with a first version where there is a value. Asked for again by the same ClientRequestToken with the
 * same value it answers as before.
 *
 * Refuses, in this order: the name, two values, tags; a name that is taken, also by a secret that is marked for deletion;
 * the 10,001st secret.
 */
export const createSecret =
  (services: Services) =>
  (input: CreateSecretRequest): CreateSecretResponse => {
    const { secrets } = services
    const name = input.Name ?? ''
    if (!/^[\w/+=.@-]+$/.test(name))
      throw validation(
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      )
    const value = valueIn(input)
    const id = tokenOf(services, input.ClientRequestToken)
    const tags = tagsIn(input.Tags)
    const before = secrets.find(name)
    if (before?.deletion)
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      )
    if (before) {
      if (value && versionBefore(before, id, value)) return { ARN: before.arn, Name: name, VersionId: id }
      throw exists(`The operation failed because the secret ${name} already exists.`)
    }
    if (secrets.list().length >= secretsMax) throw limitExceeded(`There are at most ${secretsMax} secrets.`)
    const described = { description: input.Description ?? null, kmsKeyId: input.KmsKeyId || null, tags }
    const { arn } = stored(() => secrets.create(name, described, value && { id, value }))
    return { ARN: arn, Name: name, ...(value && { VersionId: id }) }
  }
