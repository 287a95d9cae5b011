/** Whether its client may know of a topic. */
export type MaySee = (topic: string) => boolean
