import type { KeyOwner } from '../iam/identities.ts'
import type { NamedPolicy } from '../iam/policy/decision.ts'
import type { AwsException } from './exceptions.ts'
import type { Member, ServiceSchema } from './schema.ts'

/** An AWS service, as far as the endpoint has to know it. */
export interface AwsService {
  /** Stands in the scope of the credentials that its requests are signed with. */
  signingName: string
  /** What its clients speak, each one of them. */
  protocols: readonly ProtocolName[]
  schema: ServiceSchema
  /** By the schema's names. An operation without a handler is answered with NotImplementedException. */
  handlers: ReadonlyMap<string, Handler>
  /** Where its requests may be longer than most. */
  requestBytesMax?: number
  constrain: Constrain
  /** Where it tells of all that is wrong with an input at once; others throw the first that they find. */
  validation?: Validation
  /**
   * What a call is about, for the policies of whoever asks, all of which they have to allow; without it every action is one
   * without a resource. None: everybody may ask.
   */
  targetsOf?: (operation: string, input: Readonly<Record<string, unknown>>) => readonly AccessTarget[]
  /** How it calls its AccessDeniedException. */
  accessDeniedName?: string
  /** With which exception of its model the service refuses an input; `member` as it is spelled on the wire. */
  badInput: (message: string, member?: string) => AwsException
  /** And a NextToken that it has not given; without it, as any other bad input. */
  badToken?: () => AwsException
  /**
   * For paths of ARNs that a client sent with plain slashes: their segments by the ARN's resource type;
   * `arn:…:cluster/name/uuid` is three.
   */
  arnSegments?: Readonly<Record<string, number>>
  /** The service's name in `X-Amz-Target: Kinesis_20131202.ListStreams` and in the paths of RPC v2. */
  targetPrefix?: string
  /** Of its answers in XML. */
  xmlNamespace?: string
}

/** An operation with its services: decoded input in, output under the SDK's names out. */
export type Handler = (input: never, context: OperationContext) => object | void | Promise<object | void>

/** What an operation is told beside its input. */
export interface OperationContext {
  requestId: string
  /** Who asks. */
  owner: KeyOwner
  /** Aborted when they have hung up. */
  signal?: AbortSignal | undefined
}

/** What a call does, for the policies. */
export interface AccessTarget {
  /** `kafka-cluster:Connect`; else the operation of the service. */
  readonly action?: string
  /** An ARN, or `*` where the action has no resource. */
  readonly resource: string
  readonly tags?: Readonly<Record<string, string>>
  /** The resource's own policy. */
  readonly policy?: NamedPolicy | null
  /** A role's: nobody assumes it whom it does not trust, whatever their own policies say. */
  readonly needsOwnPolicy?: boolean
  /** What conditions may ask of this call alone, by keys in small letters. */
  readonly more?: Readonly<Record<string, string>>
}

export type ProtocolName = 'rest-json' | 'json-1.0' | 'json-1.1' | 'query' | 'cbor-1.1' | 'rpc-v2-cbor'

/** What a member may hold beyond its type. Throws what the service says of a bad input, or gives it to its `validation`. */
export type Constrain = (
  structure: string,
  member: Member,
  value: unknown,
  at: { readonly path: string },
) => readonly string[] | void

/** Paths are `Records[0].Data`. */
interface Validation {
  /** It tells so many, the first ones. */
  problemsMax: number
  /** What it says of a required member that is not there. */
  missing: (path: string) => string
  exception: (problems: readonly string[]) => AwsException
}
