import { relative } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { recorder } from './recording.ts'

if (recorder.isOn) {
  recorder.beginFile(relative(process.cwd(), expect.getState().testPath ?? '').replaceAll('\\', '/'))
  beforeEach(({ task }) => recorder.beginTest(task.fullTestName))
  afterEach(({ task }) => recorder.endTest((task.result?.errors ?? []).length === 0))
}
