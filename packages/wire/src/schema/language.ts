import type { Int64 } from '../int64.ts'
import { type Message, MessageSchema } from './message.ts'
import type { FieldOptions, FieldShape, MessageOptions, StructShape, TypeShape } from './shape.ts'

/**
 * The language in which messages and records are written down: one file an API or a record type, all its
 * versions in one definition, types inferred from it.
 *
 *     request: message('DeleteGroupsRequest', { versions: '0-2', flexible: '2+' }, () => [
 *       field('groupsNames', array(string), '0+', { entityType: 'groupId' }),
 *     ]),
 *
 * A field exists on the wire in its versions only; in the others its decoded value is its default.
 */
declare const valueType: unique symbol

/** A type whose decoded values are `T`. */
interface Type<out T> {
  readonly shape: TypeShape
  readonly [valueType]?: T
}

interface Field<out Name extends string = string, out T = unknown> {
  readonly shape: FieldShape
  readonly [valueType]?: [Name, T]
}

type NameOf<F> = F extends Field<infer Name> ? Name : never
type TypeOf<F> = F extends Field<string, infer T> ? T : never

/** The decoded form of a list of fields. */
type FieldValues<Fields extends readonly Field[]> = {
  [F in Fields[number] as NameOf<F>]: TypeOf<F>
}

type OrNull<T, Options> = Options extends { readonly nullable: string } ? T | null : T

export const bool: Type<boolean> = { shape: { kind: 'bool' } }
export const int8: Type<number> = { shape: { kind: 'int8' } }
export const int16: Type<number> = { shape: { kind: 'int16' } }
export const int32: Type<number> = { shape: { kind: 'int32' } }
export const int64: Type<Int64> = { shape: { kind: 'int64' } }
/** On the wire an int64, but a hash and no quantity: always a bigint. */
export const hash64: Type<bigint> = { shape: { kind: 'hash64' } }
export const uint16: Type<number> = { shape: { kind: 'uint16' } }
export const uint32: Type<number> = { shape: { kind: 'uint32' } }
export const float64: Type<number> = { shape: { kind: 'float64' } }
export const string: Type<string> = { shape: { kind: 'string' } }
export const bytes: Type<Buffer> = { shape: { kind: 'bytes' } }
/** Record batches: never copied on the way in. Null where absent. */
export const records: Type<Buffer> = { shape: { kind: 'records' } }
/** 22 characters; see uuid.ts. */
export const uuid: Type<string> = { shape: { kind: 'uuid' } }

export function array<T>(element: Type<T>): Type<T[]> {
  return { shape: { kind: 'array', element: element.shape } }
}

/** A struct that stands in several places. */
export function struct<const Fields extends readonly Field[]>(
  name: string,
  fields: Fields,
): Type<FieldValues<Fields>> {
  return { shape: structShape(name, fields) }
}

export function field<const Name extends string, T, const Options extends FieldOptions = object>(
  name: Name,
  type: Type<T>,
  versions: string,
  options?: Options,
): Field<Name, OrNull<T, Options>> {
  return { shape: { name, type: type.shape, versions, ...options } }
}

/** A field that holds a struct of its own. */
export function structField<const Name extends string, const Fields extends readonly Field[]>(
  name: Name,
  structName: string,
  versions: string,
  fields: Fields,
): Field<Name, FieldValues<Fields>>
export function structField<
  const Name extends string,
  const Options extends FieldOptions,
  const Fields extends readonly Field[],
>(
  name: Name,
  structName: string,
  versions: string,
  options: Options,
  fields: Fields,
): Field<Name, OrNull<FieldValues<Fields>, Options>>
export function structField(
  name: string,
  structName: string,
  versions: string,
  ...rest: [...options: FieldOptions[], fields: readonly Field[]]
): Field {
  const [fields, options] = fieldsAndOptions(rest)
  return { shape: { name, type: structShape(structName, fields), versions, ...options } }
}

/** A field that holds an array of structs of its own. */
export function structArray<const Name extends string, const Fields extends readonly Field[]>(
  name: Name,
  structName: string,
  versions: string,
  fields: Fields,
): Field<Name, FieldValues<Fields>[]>
export function structArray<
  const Name extends string,
  const Options extends FieldOptions,
  const Fields extends readonly Field[],
>(
  name: Name,
  structName: string,
  versions: string,
  options: Options,
  fields: Fields,
): Field<Name, OrNull<FieldValues<Fields>[], Options>>
export function structArray(
  name: string,
  structName: string,
  versions: string,
  ...rest: [...options: FieldOptions[], fields: readonly Field[]]
): Field {
  const [fields, options] = fieldsAndOptions(rest)
  const type = { kind: 'array', element: structShape(structName, fields) } as const
  return { shape: { name, type, versions, ...options } }
}

function fieldsAndOptions(
  rest: [...FieldOptions[], readonly Field[]],
): [fields: readonly Field[], options?: FieldOptions] {
  return rest.length === 1
    ? [rest[0] as readonly Field[]]
    : [rest[1] as readonly Field[], rest[0] as FieldOptions]
}

/** The fields stand in a function because most programs use few of the messages: it runs at first use. */
export function message<const Fields extends readonly Field[]>(
  name: string,
  options: MessageOptions,
  fields: () => Fields,
): Message<FieldValues<Fields>> {
  return new MessageSchema(name, options, () => structShape(name, fields()))
}

function structShape(name: string, fields: readonly Field[]): StructShape {
  return { kind: 'struct', name, fields: fields.map((each) => each.shape) }
}

/** A record of a log whose every record is framed with its type; see metadata-records.ts. */
export interface TypedRecord<out RecordType extends number = number, in out T = any> extends Message<T> {
  readonly recordType: RecordType
}

export function typedRecord<const RecordType extends number, const Fields extends readonly Field[]>(
  recordType: RecordType,
  name: string,
  options: MessageOptions,
  fields: () => Fields,
): TypedRecord<RecordType, FieldValues<Fields>> {
  return Object.assign(message(name, options, fields), { recordType })
}

/** A pair of key and value in a coordinator's log, under the type that its key starts with. */
export interface KeyValueRecord<out RecordType extends number = number, in out K = any, in out V = any> {
  readonly recordType: RecordType
  readonly name: string
  readonly key: Message<K>
  readonly value: Message<V>
}

export function keyValueRecord<const RecordType extends number, K, V>(
  recordType: RecordType,
  name: string,
  key: Message<K>,
  value: Message<V>,
): KeyValueRecord<RecordType, K, V> {
  return { recordType, name, key, value }
}

type Listener = 'broker' | 'controller'

interface ApiOptions<Request, Response> {
  readonly listeners: readonly Listener[]
  /** Needs the right ClusterAction: brokers and controllers speak it among themselves. */
  readonly clusterAction?: boolean
  /** A broker passes it on to the controller. */
  readonly forwardable?: boolean
  /** The newest version is off unless `unstable.api.versions.enable`. */
  readonly latestVersionUnstable?: boolean
  readonly request: Message<Request>
  readonly response: Message<Response>
}

export interface Api<in out Request = any, in out Response = any> {
  readonly apiKey: number
  readonly name: string
  readonly listeners: readonly Listener[]
  readonly clusterAction: boolean
  readonly forwardable: boolean
  readonly minVersion: number
  readonly maxVersion: number
  /** The newest version that is on by default. */
  readonly maxStableVersion: number
  readonly request: Message<Request>
  readonly response: Message<Response>
  requestHeaderVersion(version: number): number
  responseHeaderVersion(version: number): number
}

/** The only API whose response header never has the flexible form: its reader does not know our versions. */
const apiVersionsKey = 18

export function api<Request, Response>(
  apiKey: number,
  name: string,
  options: ApiOptions<Request, Response>,
): Api<Request, Response> {
  const { listeners, clusterAction = false, forwardable = false, request, response } = options
  const { minVersion, maxVersion } = request
  return {
    apiKey,
    name,
    listeners,
    clusterAction,
    forwardable,
    minVersion,
    maxVersion,
    maxStableVersion: options.latestVersionUnstable ? maxVersion - 1 : maxVersion,
    request,
    response,
    requestHeaderVersion: (version) => (request.isFlexible(version) ? 2 : 1),
    responseHeaderVersion: (version) => (apiKey !== apiVersionsKey && response.isFlexible(version) ? 1 : 0),
  }
}

export type ValueOf<M> = M extends Message<infer T> ? T : never
export type RequestOf<A> = A extends Api<infer Request> ? Request : never
export type ResponseOf<A> = A extends Api<any, infer Response> ? Response : never
