/** What a shell sees. Part of the command line's contract. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notRunning: 3, incomplete: 4 } as const
