import { PassingLine } from '../passing-line.ts'

/** What is done sooner needs no words. */
const silentMs = 2_000
const everyMs = 500
/** Where nothing passes, in a log: a line each. */
const lineEveryMs = 10_000

/** What a verb is at, on stderr, when it takes longer than two seconds. Beside data on a terminal it stays silent. */
export class Progress {
  readonly #line = new PassingLine(process.stderr)
  readonly #beganAtMs = performance.now()
  readonly #isSilent: boolean
  #shownAtMs = 0

  constructor({ showsData }: { showsData: boolean }) {
    this.#isSilent = showsData && process.stdout.isTTY
  }

  /** `text` is asked for when it is shown. */
  at(text: () => string): void {
    const nowMs = performance.now()
    const isTerminal = process.stderr.isTTY
    if (this.#isSilent || nowMs - this.#beganAtMs < silentMs) return
    if (nowMs - this.#shownAtMs < (isTerminal ? everyMs : lineEveryMs)) return
    this.#shownAtMs = nowMs
    const sentence = `${text()} · ${Math.round((nowMs - this.#beganAtMs) / 1_000)} s`
    if (isTerminal) this.#line.show(sentence)
    else process.stderr.write(`${sentence}\n`)
  }

  end(): void {
    this.#line.clear()
  }
}
