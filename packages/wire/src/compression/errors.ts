/** The compressed bytes are not what their format says. */
export class CorruptDataError extends Error {
  override name = 'CorruptDataError'
}

/** Decompressed, the bytes would be more than the caller allows. */
export class DecompressedSizeError extends Error {
  override name = 'DecompressedSizeError'
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes when decompressed`)
    this.maxBytes = maxBytes
  }
}

/** No codec has this id. */
export class UnsupportedCodecError extends Error {
  override name = 'UnsupportedCodecError'
}
