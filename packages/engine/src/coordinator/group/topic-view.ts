/** The topics of the cluster, as far as a group coordinator needs to know them. */
export interface TopicView {
  idOf(name: string): string | undefined
  nameOf(topicId: string): string | undefined
  partitionCount(name: string): number | undefined
  /** By partition, the rack of each replica's broker; those without one are not named. */
  racks(name: string): readonly (readonly string[])[]
  /** Of all topics. */
  names(): Iterable<string>
  /** Rises with each change of the metadata. */
  version(): number
}
