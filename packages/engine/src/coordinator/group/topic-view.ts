/** The topics of the cluster, as far as a group coordinator needs to know them. */
export interface TopicView {
  idOf(name: string): string | undefined
  nameOf(topicId: string): string | undefined
  partitionCount(name: string): number | undefined
  /** Of the brokers of a partition's replicas; those without one are not named. */
  racks(name: string, partition: number): readonly string[]
  /** Of all topics. */
  names(): Iterable<string>
  /** Rises with each change of the metadata. */
  version(): number
}
