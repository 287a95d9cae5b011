/** The topics of the cluster, as far as a group coordinator needs to know them. */
export interface TopicView {
  idOf(name: string): string | undefined
  nameOf(topicId: string): string | undefined
  partitionCount(name: string): number | undefined
}
