import type { Clock, Logger } from '@sluice/effects'
import { allowAll, type Operation, type Permissions, type ResourceType } from '@sluice/engine'
import type { ClusterAction } from '../../../iam/cluster-actions.ts'
import type { ClusterAccess } from '../../../iam/cluster-access.ts'
import type { KeyOwner } from '../../../iam/identities.ts'
import { isServerlessArn } from '../../place.ts'
import { accountOfArn } from '../../../iam/policy/arn-pattern.ts'
import {
  type Decision,
  judge,
  judgeAny,
  type NamedPolicy,
  type PolicySet,
  type Question,
} from '../../../iam/policy/decision.ts'
import { contextOf } from '../../../iam/request-context.ts'

/** What Kafka's operations are to IAM. */
const actions: Readonly<Partial<Record<ResourceType, Readonly<Partial<Record<Operation, ClusterAction>>>>>> =
  {
    cluster: {
      describe: 'DescribeCluster',
      alter: 'AlterCluster',
      describeConfigs: 'DescribeClusterDynamicConfiguration',
      alterConfigs: 'AlterClusterDynamicConfiguration',
      idempotentWrite: 'WriteDataIdempotently',
    },
    topic: {
      create: 'CreateTopic',
      describe: 'DescribeTopic',
      alter: 'AlterTopic',
      delete: 'DeleteTopic',
      describeConfigs: 'DescribeTopicDynamicConfiguration',
      alterConfigs: 'AlterTopicDynamicConfiguration',
      read: 'ReadData',
      write: 'WriteData',
    },
    group: { describe: 'DescribeGroup', read: 'AlterGroup', delete: 'DeleteGroup' },
    transactionalId: { describe: 'DescribeTransactionalId', write: 'AlterTransactionalId' },
  }

/** What AWS decides by itself of a serverless cluster (MSK Developer Guide, "Semantics of actions and resources"): nobody may. */
const notOfServerless: ReadonlySet<ClusterAction> = new Set([
  'AlterCluster',
  'DescribeClusterDynamicConfiguration',
  'AlterClusterDynamicConfiguration',
])

/** Undefined: what nobody may do who comes by IAM, among it what brokers do among themselves. */
function actionFor(
  operation: Operation,
  resource: ResourceType,
  clusterArn: string,
): ClusterAction | undefined {
  const action = actions[resource]?.[operation]
  return action && notOfServerless.has(action) && isServerlessArn(clusterArn) ? undefined : action
}

/** The owner of the account, whom no policy need allow anything: of a serverless cluster all that can be allowed there. */
export function ownersPermissions(clusterArn: string): Permissions {
  if (!isServerlessArn(clusterArn)) return allowAll
  const allows = (operation: Operation, resource: ResourceType) =>
    actionFor(operation, resource, clusterArn) !== undefined
  return { allows, allowsAny: allows }
}

/** What an action needs on the same resource; those on others Kafka asks for by itself when a client comes to them. */
const alsoNeeded: Readonly<Partial<Record<ClusterAction, ClusterAction>>> = {
  AlterCluster: 'DescribeCluster',
  AlterClusterDynamicConfiguration: 'DescribeClusterDynamicConfiguration',
  AlterTopic: 'DescribeTopic',
  DeleteTopic: 'DescribeTopic',
  AlterTopicDynamicConfiguration: 'DescribeTopicDynamicConfiguration',
  ReadData: 'DescribeTopic',
  WriteData: 'DescribeTopic',
  AlterGroup: 'DescribeGroup',
  DeleteGroup: 'DescribeGroup',
  AlterTransactionalId: 'DescribeTransactionalId',
}

const arnTypes: Readonly<Partial<Record<ResourceType, string>>> = {
  topic: 'topic',
  group: 'group',
  transactionalId: 'transactional-id',
}

/** Policies speak of times, so that no answer holds for long. */
const keptMs = 1_000
const keptMax = 10_000

/** What the owner of a key may do with a cluster, by all policies that there are at the moment of the question. */
export class IamPermissions implements Permissions {
  readonly #owner: KeyOwner
  readonly #access: ClusterAccess
  readonly #resourceAccount: string
  readonly #client: string
  readonly #clock: Clock
  readonly #logger: Logger
  /** Answers of this moment. */
  readonly #kept = new Map<string, boolean>()
  #keptUntilMs = 0
  #keptOf: number | null = null
  #keptPolicy: NamedPolicy | null = null

  constructor(
    owner: KeyOwner,
    access: ClusterAccess,
    client: string,
    { clock, logger }: { clock: Clock; logger: Logger },
  ) {
    this.#owner = owner
    this.#access = access
    this.#resourceAccount = accountOfArn(access.clusterArn) ?? ''
    this.#client = client
    this.#clock = clock
    this.#logger = logger
  }

  /** What a login is judged by; everything else needs it too. */
  connect(): { question: Question; decision: Decision } {
    const question = this.#question('kafka-cluster:Connect', this.#access.clusterArn)
    return { question, decision: judge(question, this.#policies()) }
  }

  allows(operation: Operation, resource: ResourceType, name: string): boolean {
    const action = actionFor(operation, resource, this.#access.clusterArn)
    if (action === undefined) return false
    this.#forgetOld()
    const id = `${action} ${name}`
    const known = this.#kept.get(id)
    if (known !== undefined) return known
    const isAllowed = this.#isAllowed(action, this.#arnOf(resource, name))
    if (this.#kept.size < keptMax) this.#kept.set(id, isAllowed)
    return isAllowed
  }

  allowsAny(operation: Operation, resource: ResourceType): boolean {
    const action = actionFor(operation, resource, this.#access.clusterArn)
    if (action === undefined || !this.#mayConnect()) return false
    const start = this.#arnOf(resource, '')
    const needed = [action, alsoNeeded[action]].filter((one) => one !== undefined)
    return needed.every((one) =>
      judgeAny(this.#question(`kafka-cluster:${one}`, start), start, this.#policies()),
    )
  }

  #isAllowed(action: ClusterAction, arn: string): boolean {
    if (!this.#mayConnect()) return false
    for (const one of [action, alsoNeeded[action]]) {
      if (one === undefined) continue
      const question = this.#question(`kafka-cluster:${one}`, arn)
      const decision = judge(question, this.#policies())
      if (decision.isAllowed) continue
      this.#access.refusals.tell(this.#logger, question, decision)
      return false
    }
    return true
  }

  #mayConnect(): boolean {
    this.#forgetOld()
    const known = this.#kept.get('Connect')
    if (known !== undefined) return known
    const { isAllowed } = this.connect().decision
    this.#kept.set('Connect', isAllowed)
    return isAllowed
  }

  #forgetOld(): void {
    const { identities, policy } = this.#access
    const nowMs = this.#clock.monotonic()
    const isSame = this.#keptOf === identities.generation && this.#keptPolicy === policy
    if (isSame && nowMs < this.#keptUntilMs) return
    this.#kept.clear()
    this.#keptOf = identities.generation
    this.#keptPolicy = policy
    this.#keptUntilMs = nowMs + keptMs
  }

  #question(action: string, resource: string): Question {
    const { caller } = this.#owner
    const { identities } = this.#access
    const resourceAccount = this.#resourceAccount
    const context = contextOf({
      caller,
      nowMs: this.#clock.now(),
      sourceIp: this.#client,
      isEncrypted: true,
      region: identities.region,
      resourceAccount,
    })
    return { caller, action, resource, resourceAccount, context }
  }

  #policies(): PolicySet {
    const { identities, policy } = this.#access
    const { caller, session } = this.#owner
    return { identity: identities.policiesOf(caller), session, resource: policy }
  }

  /** `arn:…:topic/<cluster>/<uuid>/<name>` */
  #arnOf(resource: ResourceType, name: string): string {
    const { clusterArn } = this.#access
    const type = arnTypes[resource]
    return type === undefined ? clusterArn : `${clusterArn.replace(':cluster/', `:${type}/`)}/${name}`
  }
}
