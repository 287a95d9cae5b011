import { DecodeError, EncodeError } from '../codec-errors.ts'
import { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import { compileDecoder, compileDecoderInSteps, holdsArrays } from './compile-decoder.ts'
import { compileEncoder, compileEncoderInSteps } from './compile-encoder.ts'
import type { MessageOptions, StructShape } from './shape.ts'
import { inVersions, type VersionRange, versionRange } from './versions.ts'

/** What can be encoded: any member may be missing and is then its default. */
export type Input<T> = T extends Uint8Array
  ? Uint8Array
  : T extends readonly (infer Element)[]
    ? readonly Input<Element>[]
    : T extends object
      ? { readonly [K in keyof T]?: Input<T[K]> | undefined }
      : T

/** A message in all its versions. */
export interface Message<in out T = any> {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  readonly shape: StructShape
  readonly options: MessageOptions
  isFlexible(version: number): boolean
  /** Reads one message; what follows it stays unread. */
  decode(reader: Reader, version: number): T
  /** Refuses a value that is not the default where the version cannot carry it, unless it is ignorable. */
  encode(writer: Writer, version: number, value: Input<T>): void
  encodeToBuffer(version: number, value: Input<T>): Buffer
  /** `decode` with rests, for what may be long. */
  decodeInSteps(reader: Reader, version: number): Generator<undefined, T, undefined>
  /** `encode` with rests. The value stays as it is meanwhile. */
  encodeInSteps(writer: Writer, version: number, value: Input<T>): Generator<undefined, void, undefined>
  /** Reads a message that must fill the buffer. */
  decodeBuffer(buffer: Buffer, version: number): T
}

type Decoder<T> = (reader: Reader) => T
type Encoder<T> = (writer: Writer, value: Input<T>) => void
type StepwiseDecoder<T> = (reader: Reader) => Generator<undefined, T, undefined>
type StepwiseEncoder<T> = (writer: Writer, value: Input<T>) => Generator<undefined, void, undefined>

/** Compiles its decoder and encoder for a version when that version is first used. */
export class MessageSchema<T> implements Message<T> {
  readonly name: string
  readonly options: MessageOptions
  readonly minVersion: number
  readonly maxVersion: number
  readonly #flexible: VersionRange
  readonly #makeShape: () => StructShape
  #shape: StructShape | undefined
  readonly #decoders: (Decoder<T> | undefined)[] = []
  readonly #encoders: (Encoder<T> | undefined)[] = []
  readonly #stepwiseDecoders: (StepwiseDecoder<T> | undefined)[] = []
  readonly #stepwiseEncoders: (StepwiseEncoder<T> | undefined)[] = []

  constructor(name: string, options: MessageOptions, makeShape: () => StructShape) {
    this.name = name
    this.options = options
    this.#makeShape = makeShape
    const { min, max } = versionRange(options.versions)
    this.minVersion = min
    this.maxVersion = max
    this.#flexible = versionRange(options.flexible)
  }

  get shape(): StructShape {
    this.#shape ??= this.#makeShape()
    return this.#shape
  }

  isFlexible(version: number): boolean {
    return version >= this.#flexible.min && version <= this.#flexible.max
  }

  decode(reader: Reader, version: number): T {
    const decoder = this.#decoders[version] ?? this.#decoderFor(version)
    try {
      return decoder(reader)
    } catch (error) {
      throw this.#named(error, version)
    }
  }

  encode(writer: Writer, version: number, value: Input<T>): void {
    const encoder = this.#encoders[version] ?? this.#encoderFor(version)
    try {
      encoder(writer, value)
    } catch (error) {
      throw this.#named(error, version)
    }
  }

  *decodeInSteps(reader: Reader, version: number): Generator<undefined, T, undefined> {
    if (!holdsArrays(this.shape)) return this.decode(reader, version)
    const flexible = this.isFlexible(version)
    this.#stepwiseDecoders[version] ??= compileDecoderInSteps(this.shape, version, flexible) as never
    try {
      return yield* this.#stepwiseDecoders[version](reader)
    } catch (error) {
      throw this.#named(error, version)
    }
  }

  *encodeInSteps(writer: Writer, version: number, value: Input<T>): Generator<undefined, void, undefined> {
    if (!holdsArrays(this.shape)) return this.encode(writer, version, value)
    const flexible = this.isFlexible(version)
    this.#stepwiseEncoders[version] ??= compileEncoderInSteps(this.shape, version, flexible) as never
    try {
      yield* this.#stepwiseEncoders[version](writer, value)
    } catch (error) {
      throw this.#named(error, version)
    }
  }

  encodeToBuffer(version: number, value: Input<T>): Buffer {
    const writer = new Writer()
    this.encode(writer, version, value)
    return writer.finish()
  }

  decodeBuffer(buffer: Buffer, version: number): T {
    const reader = new Reader(buffer)
    const value = this.decode(reader, version)
    if (reader.remaining > 0)
      throw new DecodeError(`${this.name} ${version}: ${reader.remaining} bytes after the end`)
    return value
  }

  /** The same error; one of ours says what was read or written. */
  #named(error: unknown, version: number): unknown {
    if (error instanceof DecodeError || error instanceof EncodeError)
      error.message = `${this.name} ${version}: ${error.message}`
    return error
  }

  #decoderFor(version: number): Decoder<T> {
    if (!inVersions(this.options.versions, version))
      throw new DecodeError(`${this.name} has no version ${version}`)
    const decoder = compileDecoder(this.shape, version, this.isFlexible(version)) as Decoder<T>
    this.#decoders[version] = decoder
    return decoder
  }

  #encoderFor(version: number): Encoder<T> {
    if (!inVersions(this.options.versions, version))
      throw new EncodeError(`${this.name} has no version ${version}`)
    const encoder = compileEncoder(this.shape, version, this.isFlexible(version)) as Encoder<T>
    this.#encoders[version] = encoder
    return encoder
  }
}
