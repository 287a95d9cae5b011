import { expect, test } from 'vitest'
import { Xxh3 } from './xxh3.ts'

/** Made with the reference implementation: lengths at the borders between its ways to hash. */
test.each([
  [0, 3244421341483603138n],
  [1, 9953473643821969856n],
  [3, 11816973854246872063n],
  [4, 9607370242576331604n],
  [8, 8129317769690451959n],
  [9, 10667579679845955083n],
  [16, 9293938242242204479n],
  [17, 8406719943596980002n],
  [32, 13972302922388863136n],
  [33, 15458010865754169216n],
  [64, 1953419934939160347n],
  [65, 17256849320415659983n],
  [128, 16813233705924465638n],
  [129, 4344910146939870571n],
  [240, 9618231852448814943n],
  [241, 5849684514593356604n],
  [1024, 3632309819439440531n],
  [1025, 5562909910537303166n],
  [5000, 44744087442203149n],
])('%i bytes', (length, expected) => {
  const hash = new Xxh3()
  hash.bytes(Buffer.from(Array.from({ length }, (_, i) => (i * 7 + length * 13 + (i >> 8) * 31) & 255)))
  expect(BigInt.asUintN(64, hash.digest())).toBe(expected)
})

test('values go in as Apache Kafka puts them: little-endian, texts as UTF-16 with their length behind', () => {
  const [values, bytes] = [new Xxh3(), new Xxh3()]
  values.byte(1)
  values.int32(-2)
  values.int64(3n)
  values.string('é')
  values.uuid('AAECAwQFBgcICQoLDA0ODw')
  bytes.bytes(Buffer.from('01feffffff0300000000000000e9000100000007060504030201000f0e0d0c0b0a0908', 'hex'))
  expect(values.digest()).toBe(bytes.digest())
})
