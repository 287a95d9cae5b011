import type { Random } from '@sluice/effects'
import {
  AccessControlEntryRecord,
  CreateAcls,
  DeleteAcls,
  ErrorCode,
  randomUuid,
  RemoveAccessControlEntryRecord,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import {
  aclOperations,
  aclPermissions,
  aclResourceTypes,
  type AclFilter,
  entryKey,
  matchesFilter,
  patternTypes,
} from '../metadata/acls-image.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { newRecord } from '../metadata/records.ts'
import type { Steps } from '../storage/slices.ts'
import { clusterResource } from '../authorizer/permissions.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import { type Decision, Refusal, RequestedRecords } from './decision.ts'

type CreateRequest = RequestOf<typeof CreateAcls>
type CreateResponse = ResponseOf<typeof CreateAcls>
type Creation = CreateRequest['creations'][number]
type DeleteRequest = RequestOf<typeof DeleteAcls>
type DeleteResponse = ResponseOf<typeof DeleteAcls>
type FilterResult = DeleteResponse['filterResults'][number]

const operationMax = 15
const nobody = new Refusal(ErrorCode.SECURITY_DISABLED, 'No Authorizer is configured.')
const success = { errorCode: ErrorCode.NONE, errorMessage: null }

/** ACLs (KIP-11, KIP-290), as the StandardAuthorizer of every node has them from the metadata log (KIP-801). */
export class AclsManager {
  readonly #image: MetadataImage
  readonly #config: BrokerConfig
  readonly #random: Random

  constructor(options: { image: MetadataImage; config: BrokerConfig; random: Random }) {
    this.#image = options.image
    this.#config = options.config
    this.#random = options.random
  }

  /** Each is judged for itself. One that is there already is as good as made. */
  *create({ creations }: CreateRequest): Steps<Decision<CreateResponse>> {
    const records = new RequestedRecords()
    const results: CreateResponse['results'] = []
    const made = new Set<string>()
    for (const creation of creations) {
      yield
      const refusal = this.#isOpen ? nobody : creationProblem(creation)
      results.push(refusal ? { errorCode: refusal.error, errorMessage: refusal.message } : success)
      if (refusal) continue
      const { resourcePatternType: patternType, ...rest } = creation
      const entry = { ...rest, patternType }
      const key = entryKey(entry)
      if (made.has(key) || this.#image.security.acls.has(entry)) continue
      made.add(key)
      records.push(newRecord(AccessControlEntryRecord, { id: randomUuid(this.#random), ...entry }))
    }
    return { records: records.all, response: { throttleTimeMs: 0, results } }
  }

  /** All that any of the filters means; an ACL that several of them mean is in each one's answer. */
  *delete({ filters }: DeleteRequest): Steps<Decision<DeleteResponse>> {
    const records = new RequestedRecords()
    const removed = new Set<string>()
    const filterResults: FilterResult[] = []
    for (const filter of filters) {
      const refusal = this.#isOpen ? nobody : filterProblem(filter)
      const matchingAcls: FilterResult['matchingAcls'] = []
      filterResults.push({
        errorCode: refusal?.error ?? ErrorCode.NONE,
        errorMessage: refusal?.message ?? null,
        matchingAcls,
      })
      if (refusal) continue
      for (const { id, ...acl } of this.#image.security.acls.all()) {
        yield
        if (!matchesFilter(filter, acl)) continue
        matchingAcls.push({ ...success, ...acl })
        if (removed.has(id)) continue
        removed.add(id)
        records.push(newRecord(RemoveAccessControlEntryRecord, { id }))
      }
    }
    return { records: records.all, response: { throttleTimeMs: 0, filterResults } }
  }

  /** Nobody asks for ACLs. */
  get #isOpen(): boolean {
    return this.#config.string('authorizer.class.name') === ''
  }
}

function creationProblem(creation: Creation): Refusal | null {
  const { resourceType, resourceName, resourcePatternType, operation, permissionType, principal } = creation
  const { any, cluster, user } = aclResourceTypes
  const { literal, prefixed } = patternTypes
  const { deny, allow } = aclPermissions
  if (resourceType === cluster && resourceName !== clusterResource)
    return invalid(`The only valid name for the CLUSTER resource is ${clusterResource}`)
  if (resourceName === '') return invalid('Invalid empty resource name')
  if (resourceType <= any || resourceType > user) return invalid('Invalid resourceType')
  if (resourcePatternType !== literal && resourcePatternType !== prefixed)
    return invalid('Invalid patternType')
  if (operation <= aclOperations.any || operation > operationMax) return invalid('Invalid operation')
  if (permissionType !== deny && permissionType !== allow) return invalid('Invalid permissionType')
  if (!principal.includes(':'))
    return invalid(
      `Could not parse principal from \`${principal}\` (no colon is present separating the principal type from the principal name)`,
    )
  return null
}

function filterProblem({ resourceTypeFilter, patternTypeFilter, operation, permissionType }: AclFilter) {
  const { prefixed } = patternTypes
  if (!isIn(resourceTypeFilter, aclResourceTypes.user) || !isIn(patternTypeFilter, prefixed))
    return invalid('Unknown patternFilter.')
  if (!isIn(operation, operationMax) || !isIn(permissionType, aclPermissions.allow))
    return invalid('Unknown entryFilter.')
  return null
}

function isIn(code: number, max: number): boolean {
  return code >= 1 && code <= max
}

function invalid(message: string): Refusal {
  return new Refusal(ErrorCode.INVALID_REQUEST, message)
}

export const aclRequests: readonly ControllerRequest<AclsManager>[] = [
  controllerRequest({
    api: CreateAcls,
    decide: (acls: AclsManager, request) => acls.create(request),
    refuse: ({ creations }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      results: creations.map(() => ({ errorCode, errorMessage })),
    }),
  }),
  controllerRequest({
    api: DeleteAcls,
    decide: (acls: AclsManager, request) => acls.delete(request),
    refuse: ({ filters }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      filterResults: filters.map(() => ({ errorCode, errorMessage, matchingAcls: [] })),
    }),
  }),
]
