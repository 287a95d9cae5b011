import { expect, it } from 'vitest'
import { PassingLine } from './passing-line.ts'

it('replaces itself on a terminal, leaves nothing behind, and is not written anywhere else', () => {
  for (const isTTY of [true, false]) {
    let written = ''
    const line = new PassingLine({ isTTY, write: (text) => (written += text) })
    line.show('one')
    line.show('two')
    line.clear()
    line.clear()
    expect(written).toBe(isTTY ? '\r\u001b[2Kone\r\u001b[2Ktwo\r\u001b[2K' : '')
  }
})
