import {
  AlterUserScramCredentials,
  ErrorCode,
  RemoveUserScramCredentialRecord,
  type RequestOf,
  type ResponseOf,
  UserScramCredentialRecord,
} from '@sluice/wire'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { credentialFrom, scramMechanismOf } from '../server/authentication/scram.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import { type Decision, Refusal, RequestedRecords } from './decision.ts'

type AlterRequest = RequestOf<typeof AlterUserScramCredentials>
type AlterResponse = ResponseOf<typeof AlterUserScramCredentials>
type Upsertion = AlterRequest['upsertions'][number]
type Deletion = AlterRequest['deletions'][number]

const iterationsMin = 4_096
const iterationsMax = 16_384

/** What is kept of the users of SCRAM: salted keys, never a password (KIP-554). */
export class ScramCredentialsManager {
  readonly #image: MetadataImage

  constructor(options: { image: MetadataImage }) {
    this.#image = options.image
  }

  /**
   * Each user is judged for itself: one that is refused leaves the others as they are. Of a user there is one credential
   * a request, whatever its mechanism: a second one is a duplicate, and neither counts.
   */
  alter({ deletions, upsertions }: AlterRequest): Decision<AlterResponse> {
    const outcomes = new Map<string, Refusal | NewRecord>()
    const judge = (name: string, problem: Refusal | null, record: () => NewRecord) => {
      const before = outcomes.get(name)
      if (before === undefined) outcomes.set(name, problem ?? record())
      else if (!(before instanceof Refusal)) outcomes.set(name, duplicate)
    }
    for (const one of deletions)
      judge(one.name, this.#deletionProblem(one), () =>
        newRecord(RemoveUserScramCredentialRecord, { name: one.name, mechanism: one.mechanism }),
      )
    for (const one of upsertions) judge(one.name, upsertionProblem(one), () => upsertionRecord(one))
    const records = new RequestedRecords()
    for (const outcome of outcomes.values()) if (!(outcome instanceof Refusal)) records.push(outcome)
    return {
      records: records.all,
      response: {
        throttleTimeMs: 0,
        results: [...outcomes].map(([user, outcome]) => ({
          user,
          errorCode: outcome instanceof Refusal ? outcome.error : ErrorCode.NONE,
          errorMessage: outcome instanceof Refusal ? outcome.message : null,
        })),
      },
    }
  }

  #deletionProblem({ name, mechanism }: Deletion): Refusal | null {
    const problem = userProblem(name, mechanism)
    if (problem) return problem
    return this.#image.security.scramCredential(mechanism, name) ? null : missing
  }
}

const duplicate = new Refusal(
  ErrorCode.DUPLICATE_RESOURCE,
  'A user credential cannot be altered twice in the same request',
)
const missing = new Refusal(
  ErrorCode.RESOURCE_NOT_FOUND,
  'Attempt to delete a user credential that does not exist',
)

function userProblem(name: string, mechanism: number): Refusal | null {
  if (name === '') return new Refusal(ErrorCode.UNACCEPTABLE_CREDENTIAL, 'Username must not be empty')
  if (scramMechanismOf(mechanism) === undefined)
    return new Refusal(ErrorCode.UNSUPPORTED_SASL_MECHANISM, 'Unknown SCRAM mechanism')
  return null
}

function upsertionProblem({ name, mechanism, iterations }: Upsertion): Refusal | null {
  const problem = userProblem(name, mechanism)
  if (problem) return problem
  if (iterations < iterationsMin) return new Refusal(ErrorCode.UNACCEPTABLE_CREDENTIAL, 'Too few iterations')
  if (iterations > iterationsMax) return new Refusal(ErrorCode.UNACCEPTABLE_CREDENTIAL, 'Too many iterations')
  return null
}

function upsertionRecord({ name, mechanism, salt, iterations, saltedPassword }: Upsertion): NewRecord {
  const mechanismName = scramMechanismOf(mechanism) ?? 'SCRAM-SHA-512'
  const credential = credentialFrom(mechanismName, {
    salt: Buffer.from(salt),
    iterations,
    saltedPassword: Buffer.from(saltedPassword),
  })
  return newRecord(UserScramCredentialRecord, { name, mechanism, ...credential })
}

export const scramCredentialRequests: readonly ControllerRequest<ScramCredentialsManager>[] = [
  controllerRequest({
    api: AlterUserScramCredentials,
    decide: (credentials: ScramCredentialsManager, asked) => credentials.alter(asked),
    refuse: ({ deletions, upsertions }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map((user) => ({
        user,
        errorCode,
        errorMessage,
      })),
    }),
  }),
]
