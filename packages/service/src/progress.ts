import type { Clock, Timer } from '@sluice/effects'

/** What is done within it needs no word. */
const quietMsMax = 2_000
const everyMs = 1_000

/** Tells each second how long something takes, once it takes longer than two seconds. */
export async function withProgress<Result>(
  clock: Clock,
  work: Promise<Result>,
  tell: (seconds: number) => void,
): Promise<Result> {
  const startedAt = clock.monotonic()
  let timer: Timer
  const again = () => {
    tell(Math.round((clock.monotonic() - startedAt) / 1_000))
    timer = clock.schedule(everyMs, again)
  }
  timer = clock.schedule(quietMsMax, again)
  try {
    return await work
  } finally {
    timer.cancel()
  }
}
