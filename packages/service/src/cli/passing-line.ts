/** What a line that passes is written to. */
interface Terminal {
  isTTY?: boolean
  write(text: string): unknown
}

/** One line on a terminal that each next one replaces, and that goes when it is over. Elsewhere nothing is shown. */
export class PassingLine {
  readonly #terminal: Terminal
  #isShown = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(text: string): void {
    if (!this.#terminal.isTTY) return
    this.#terminal.write(`${startOfLine}${text}`)
    this.#isShown = true
  }

  clear(): void {
    if (this.#isShown) this.#terminal.write(startOfLine)
    this.#isShown = false
  }
}

/** To the left edge, and what stands there is erased. */
const startOfLine = '\r\u001b[2K'
