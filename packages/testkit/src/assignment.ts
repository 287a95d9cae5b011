/** A member's partitions, as the consumer protocol has them: a version, then topics with their partitions. */
export function assignedPartitions(assignment: Buffer): { topic: string; partition: number }[] {
  if (assignment.length < 6) return []
  const places: { topic: string; partition: number }[] = []
  let at = 2
  const int32 = () => assignment.readInt32BE((at += 4) - 4)
  for (let topics = int32(); topics > 0; topics--) {
    const length = assignment.readInt16BE(at)
    const topic = assignment.toString('utf8', at + 2, at + 2 + length)
    at += 2 + length
    for (let count = int32(); count > 0; count--) places.push({ topic, partition: int32() })
  }
  return places
}
