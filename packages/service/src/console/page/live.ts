/** Does `work` now and again and again, with `everyMs` in between, until it is ended; not while nobody sees the page. */
export function live(everyMs: number, work: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let [isEnded, isBusy] = [false, false]
  const seen = () => void turn()
  const turn = async () => {
    clearTimeout(timer)
    if (isEnded || isBusy || document.hidden) return
    isBusy = true
    try {
      await work()
    } finally {
      isBusy = false
      timer = setTimeout(seen, everyMs)
    }
  }
  document.addEventListener('visibilitychange', seen)
  void turn()
  return () => {
    isEnded = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  }
}
