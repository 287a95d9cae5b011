/** Where any number may be named, so many are decided at once. */
const pieceMax = 500

export function* piecesOf<T>(items: readonly T[]): Iterable<T[]> {
  for (let at = 0; at < items.length; at += pieceMax) yield items.slice(at, at + pieceMax)
}
