import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { vi } from 'vitest'

const patience = { timeout: 30_000, interval: 50 }

const keys = {
  Tab: { code: 'Tab', windowsVirtualKeyCode: 9 },
  Enter: { code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
  Escape: { code: 'Escape', windowsVirtualKeyCode: 27 },
} as const

interface Answer {
  id?: number
  result?: Record<string, unknown>
  error?: { message: string }
}

/** A directory for what a browser keeps, unknown to any other. */
export function newProfile(): string {
  return mkdtempSync(join(tmpdir(), 'sluice-browser-'))
}

/**
 * Of a browser that has ended. Processes of its that outlive it for a moment still write there, and what Node removes
 * it looks up once: so it is begun anew until nothing is left.
 */
export async function removeProfile(profile: string): Promise<void> {
  await vi.waitFor(() => rmSync(profile, { recursive: true, force: true }), patience)
}

/** Chromium with one page, by its own protocol over a pipe, as somebody has it who has a keyboard and nothing else. */
export class Browser {
  readonly #process: ChildProcess
  readonly #profile = newProfile()
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #session: string | undefined
  #rest = ''
  #sent = 0

  constructor(chromium: string, flags: readonly string[]) {
    const own = ['--remote-debugging-pipe', `--user-data-dir=${this.#profile}`, 'about:blank']
    this.#process = spawn(chromium, [...flags, ...own], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    const from = this.#process.stdio[4] as Readable
    from.setEncoding('utf8').on('data', (text: string) => this.#heard(text))
  }

  async open(address: string): Promise<void> {
    await this.#attach()
    await this.#send('Page.navigate', { url: address })
  }

  /** Has a window so wide, in CSS' pixels, as that of a telephone is. */
  async beWide(width: number): Promise<void> {
    await this.#attach()
    const metrics = { width, height: 800, deviceScaleFactor: 1, mobile: false }
    await this.#send('Emulation.setDeviceMetricsOverride', metrics)
  }

  async #attach(): Promise<void> {
    if (this.#session === undefined) {
      const { targetId } = await this.#send('Target.createTarget', { url: 'about:blank' })
      const attached = await this.#send('Target.attachToTarget', { targetId, flatten: true })
      this.#session = String(attached['sessionId'])
      await this.#send('Emulation.setFocusEmulationEnabled', { enabled: true })
    }
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill()
    await ended
    await removeProfile(this.#profile)
  }

  /** What an expression is in the page. */
  async value<Value>(expression: string): Promise<Value> {
    const { result } = await this.#send('Runtime.evaluate', { expression, returnByValue: true })
    return (result as { value: Value }).value
  }

  /** Resolves when it is true in the page. */
  async until(expression: string): Promise<void> {
    await vi.waitFor(async () => {
      if (!(await this.value(expression))) throw new Error(`not so yet: ${expression}`)
    }, patience)
  }

  async press(key: keyof typeof keys): Promise<void> {
    const { text, ...which } = { text: undefined, ...keys[key] }
    await this.#send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', key, text, ...which })
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', key, ...which })
  }

  /** In place of what stands there. */
  async type(text: string): Promise<void> {
    await this.value('document.activeElement.select?.()')
    await this.#send('Input.insertText', { text })
  }

  /** Goes on with the tabulator to what is called so. */
  async tabTo(name: string): Promise<void> {
    for (let presses = 0; presses < 100; presses++) {
      await this.press('Tab')
      if ((await this.focus()).startsWith(name)) return
    }
    throw new Error(`No tabulator leads to ${name}; it is at ${await this.focus()}.`)
  }

  /** What has the keyboard, by its name for who listens. */
  focus(): Promise<string> {
    return this.value(
      '(document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim()',
    )
  }

  async #send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#sent
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve))
    const to = this.#process.stdio[3] as Writable
    to.write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`)
    const { result, error } = await answer
    if (error) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }

  #heard(text: string): void {
    const messages = (this.#rest + text).split('\0')
    this.#rest = messages.pop() ?? ''
    for (const message of messages) {
      const answer = JSON.parse(message) as Answer
      if (answer.id === undefined) continue
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    }
  }
}
