import fc from 'fast-check'
import { Int64, toInt64 } from '../int64.ts'

/** Where a double ends, where a half of it ends, and where the type does. */
const int64Edges: readonly Int64[] = [
  0n,
  -1n,
  2n ** 31n,
  2n ** 52n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 62n,
  -(2n ** 62n),
  1_785_000_000_123_456_789n,
  Int64.MAX - 1n,
  Int64.MAX,
  Int64.MIN,
].map(toInt64)

/** Values of all 64 bits, the edges often among them. */
export const int64s: fc.Arbitrary<Int64> = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: Int64.MIN, max: Int64.MAX }).map(toInt64),
  fc.constantFrom(...int64Edges),
)
