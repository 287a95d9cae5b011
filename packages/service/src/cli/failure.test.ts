import { describe, expect, it } from 'vitest'
import { ApiError } from '../aws/api-client.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'
import { describeFailure } from './failure.ts'

describe('a failure', () => {
  it('is what failed, why with its code, what to do next, and where more is told', () => {
    const error = new OperatingError('It did not.', {
      code: 'STOP_TIMEOUT',
      why: 'It ran.',
      next: 'Wait.',
    })
    const { lines, exitCode } = describeFailure(error)
    expect(lines).toEqual([
      expect.stringContaining('It did not.'),
      'Why:  It ran. (STOP_TIMEOUT)',
      'Next: Wait.',
      expect.stringMatching(/^More: .*sluice explain STOP_TIMEOUT$/),
    ])
    expect(exitCode).toBe(1)
  })

  it('of the AWS endpoint says so', () => {
    const { lines } = describeFailure(new ApiError(404, 'NotFoundException', 'The cluster does not exist.'))
    expect(lines.slice(1)).toEqual([
      'Why:  The cluster does not exist. (NotFoundException)',
      'Next: Correct it and try again.',
      expect.stringMatching(/^More: .*sluice explain NotFoundException$/),
    ])
  })

  it('of the system promises no more than is told', () => {
    const error = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
    expect(describeFailure(error).lines).toEqual([
      expect.stringContaining('The system refused.'),
      'Why:  EROFS: read-only file system',
      expect.stringMatching(/^Next: .*--data-dir/),
    ])
  })

  it('of the command line is one sentence', () => {
    const { lines, exitCode } = describeFailure(new UsageError('--num takes a whole number, and got "x".'))
    expect(lines).toEqual([expect.stringContaining('--num takes a whole number')])
    expect(exitCode).toBe(2)
  })
})
