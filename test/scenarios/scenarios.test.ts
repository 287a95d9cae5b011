import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { play } from './language/play.ts'
import { parseStory, withAnswers } from './language/story.ts'

// Each text here is a story: what is done to a cluster, and what it answers. README.md has the language.
// UPDATE_SCENARIOS=1 writes the answers anew; the difference is what there is to review.

const directory = new URL('.', import.meta.url)
const stories = readdirSync(directory).filter((name) => name.endsWith('.txt'))

const hasFollowers = /^start brokers=[2-9]/m
/** Followers that are fed hear at once of what others hear of within replica.fetch.wait.max.ms. */
const heardOfLater: ReadonlySet<string> = new Set([
  'a-reader-is-sent-to-a-replica-in-its-rack.txt',
  'deleted-records-stay-deleted-after-a-kill.txt',
  'records-are-deleted-on-all-replicas.txt',
])

describe('scenarios', () => {
  for (const name of stories) {
    it(name.replace('.txt', '').replaceAll('-', ' '), async () => {
      const file = new URL(name, directory)
      const text = readFileSync(file, 'utf8')
      const exchanges = parseStory(text)
      const told = withAnswers(text, await play(exchanges))
      if (process.env.UPDATE_SCENARIOS) writeFileSync(file, told)
      else expect(told).toBe(text)
      if (heardOfLater.has(name)) return
      // Whether followers are fed in the process or fetch over the network makes no difference to any story,
      if (hasFollowers.test(text))
        expect(withAnswers(text, await play(exchanges, { feedsInline: false }))).toBe(told)
      // nor whether brokers reach their controller by calls or over the network.
      expect(withAnswers(text, await play(exchanges, { channelInline: false }))).toBe(told)
    })
  }
})
