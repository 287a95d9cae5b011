import { describe, expect, it } from 'vitest'
import { Waiters } from './waiters.ts'

function polls() {
  const waiters = new Waiters()
  const woken: string[] = []
  const poll = (name: string, then = () => {}) => ({
    dataArrived() {
      woken.push(name)
      then()
    },
  })
  return { waiters, woken, poll }
}

describe('long polls', () => {
  it('of followers wait for the end of the log, those of consumers for the high watermark', () => {
    const { waiters, woken, poll } = polls()
    waiters.add(poll('follower'), 'appended')
    waiters.add(poll('consumer'), 'committed')
    waiters.wake('appended')
    expect(woken).toEqual(['follower'])
    waiters.wake('committed')
    expect(woken).toEqual(['follower', 'consumer'])
  })

  it('are all woken by what has nothing to do with records', () => {
    const { waiters, woken, poll } = polls()
    waiters.add(poll('follower'), 'appended')
    waiters.add(poll('consumer'), 'committed')
    waiters.wakeAll()
    expect(woken).toEqual(['follower', 'consumer'])
  })

  it('wait on after they were woken, until they are forgotten', () => {
    const { waiters, woken, poll } = polls()
    const once = poll('once', () => waiters.delete(once))
    waiters.add(once, 'committed')
    waiters.add(poll('again'), 'committed')
    waiters.wake('committed')
    waiters.wake('committed')
    expect(woken).toEqual(['once', 'again', 'again'])
  })

  it('that begin while others are woken wait for the next time', () => {
    const { waiters, woken, poll } = polls()
    waiters.add(
      poll('first', () => waiters.add(poll('second'), 'committed')),
      'committed',
    )
    waiters.wake('committed')
    expect(woken).toEqual(['first'])
  })
})
