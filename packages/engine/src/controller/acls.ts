import { isRange, type Random, rangeOf } from '@sluice/effects'
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
  type AclEntry,
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
const tooMany = new Refusal(
  ErrorCode.INVALID_REQUEST,
  'Cannot remove more than 10000 acls in a single delete operation.',
)
const tooMuch = new Refusal(
  ErrorCode.INVALID_REQUEST,
  'What the filters of this request mean does not fit into one answer: send fewer at a time.',
)
const nobody = new Refusal(ErrorCode.SECURITY_DISABLED, 'No Authorizer is configured.')
const success = { errorCode: ErrorCode.NONE, errorMessage: null }
/** As Apache Kafka says it here: an empty sentence. */
const made = { errorCode: ErrorCode.NONE, errorMessage: '' }
/** Of one request: what removes them is one batch of the log. */
const removedMax = 10_000
/** Many filters may mean the same ACLs, and each one's answer has them; names may be long. */
const toldBytesMax = 32 * 1024 * 1024

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
    const asked = new Set<string>()
    for (const creation of creations) {
      yield
      const refusal = this.#isOpen ? nobody : creationProblem(creation)
      results.push(refusal ? { errorCode: refusal.error, errorMessage: refusal.message } : made)
      if (refusal) continue
      const { resourcePatternType: patternType, ...rest } = creation
      const entry = { ...rest, patternType }
      const key = entryKey(entry)
      if (asked.has(key) || this.#image.security.acls.has(entry)) continue
      asked.add(key)
      records.push(newRecord(AccessControlEntryRecord, { id: randomUuid(this.#random), ...entry }))
    }
    return { records: records.all, response: { throttleTimeMs: 0, results } }
  }

  /**
   * All that any of the filters means; an ACL that several of them mean is in each one's answer. A filter that means more
   * than one request may remove, or than fits into its answer, is refused, and what it means stays.
   */
  *delete({ filters }: DeleteRequest): Steps<Decision<DeleteResponse>> {
    const removed = new Set<string>()
    const filterResults: FilterResult[] = []
    let toldBytes = 0
    for (const filter of filters) {
      const problem = this.#isOpen ? nobody : filterProblem(filter)
      const meant = problem ? [] : yield* this.#meant(filter)
      const all = new Set([...removed, ...meant.map(({ id }) => id)])
      const bytes = meant.reduce((sum, acl) => sum + bytesTold(acl), toldBytes)
      const refusal = all.size > removedMax ? tooMany : bytes > toldBytesMax ? tooMuch : problem
      if (!refusal) toldBytes = bytes
      filterResults.push({
        errorCode: refusal?.error ?? ErrorCode.NONE,
        errorMessage: refusal?.message ?? null,
        matchingAcls: refusal ? [] : meant.map(told),
      })
      if (!refusal) for (const id of all) removed.add(id)
    }
    const records = [...removed].map((id) => newRecord(RemoveAccessControlEntryRecord, { id }))
    return { records, response: { throttleTimeMs: 0, filterResults } }
  }

  *#meant(filter: AclFilter): Steps<AclEntry[]> {
    const meant: AclEntry[] = []
    for (const acl of this.#image.security.acls.all()) {
      yield
      if (matchesFilter(filter, acl)) meant.push(acl)
    }
    return meant
  }

  /** Nobody asks for ACLs. */
  get #isOpen(): boolean {
    return this.#config.string('authorizer.class.name') === ''
  }
}

/** With its codes and lengths. */
function bytesTold({ resourceName, principal, host }: AclEntry): number {
  return resourceName.length + principal.length + host.length + 32
}

function told(acl: AclEntry): FilterResult['matchingAcls'][number] {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = acl
  return { ...success, resourceType, resourceName, patternType, principal, host, operation, permissionType }
}

function creationProblem(creation: Creation): Refusal | null {
  const { resourceType, resourceName, resourcePatternType, operation, permissionType } = creation
  const { any, cluster, user } = aclResourceTypes
  const { literal, prefixed } = patternTypes
  const { deny, allow } = aclPermissions
  if (resourceType === cluster && resourceName !== clusterResource)
    return invalid(`The only valid name for the CLUSTER resource is ${clusterResource}`)
  if (resourceName === '') return invalid('Invalid empty resource name')
  if (resourceType <= any || resourceType > user)
    return invalid(`Invalid resourceType ${vague(resourceType)}`)
  if (resourcePatternType !== literal && resourcePatternType !== prefixed)
    return invalid(`Invalid patternType ${vague(resourcePatternType)}`)
  if (operation <= aclOperations.any || operation > operationMax)
    return invalid(`Invalid operation ${vague(operation)}`)
  if (permissionType !== deny && permissionType !== allow)
    return invalid(`Invalid permissionType ${vague(permissionType)}`)
  return callerProblem(creation)
}

/** What only filters may say. */
function vague(code: number): string {
  if (code === patternTypes.match) return 'MATCH'
  return code === patternTypes.any ? 'ANY' : 'UNKNOWN'
}

function callerProblem({ principal, host }: Creation): Refusal | null {
  if (!principal.includes(':'))
    return invalid(
      `Could not parse principal from \`${principal}\` (no colon is present separating the principal type from the principal name)`,
    )
  if (host === '') return invalid('Host pattern cannot be null or empty')
  if (!isRange(host) || rangeOf(host)) return null
  return invalid(
    `Invalid CIDR notation '${host}': it is not an address with the number of its bits that count`,
  )
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
