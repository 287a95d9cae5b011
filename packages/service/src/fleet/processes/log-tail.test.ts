import { MemoryDisk } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { tellingLines, withoutTime } from './log-tail.ts'

let disk: MemoryDisk
const write = (name: string, ...lines: string[]) =>
  disk.writeFileAtomicSync(`/logs/${name}`, lines.map((line) => `${line}\n`).join(''))
const told = (count = 5, from = 0) => tellingLines(disk, '/logs', from, count)
const info = (text: string) => `[2026-01-02 03:04:05,678] INFO ${text} (kafka.server.BrokerServer)`
const error = (text: string) => `[2026-01-02 03:04:05,678] ERROR ${text} (kafka.Kafka$)`

beforeEach(() => {
  disk = new MemoryDisk()
  disk.mkdirSync('/logs')
})

describe('the lines that tell of an end', () => {
  it('are errors and their chain of exceptions, without frames', () => {
    write(
      'server.log',
      info('starting'),
      error('Exiting'),
      'java.lang.RuntimeException: cannot start',
      '\tat kafka.Kafka$.main(Kafka.scala:1)',
      'Caused by: java.net.BindException: Address already in use',
      '\t... 18 more',
      info('shutting down'),
      '\tnode.id = 1',
    )
    expect(told()).toEqual([
      error('Exiting'),
      'java.lang.RuntimeException: cannot start',
      'Caused by: java.net.BindException: Address already in use',
    ])
  })

  it('are the same of a log in the form of our own nodes', () => {
    const at = '2026-01-02T03:04:05.678Z'
    write('server.log', `${at} INFO a node runs`, `${at} ERROR cannot start code=EIO`, `${at} WARN slow`)
    expect(told()).toEqual([`${at} ERROR cannot start code=EIO`])
    expect(withoutTime(`${at} ERROR cannot start`)).toBe('ERROR cannot start')
  })

  it('end with the first cause where each layer logs the error again', () => {
    write(
      'server.log',
      error('Acceptor failed'),
      'java.net.BindException: in use',
      error('Startup failed'),
      'java.lang.RuntimeException: acceptor failed',
      'Caused by: java.net.BindException: in use',
      error('Exiting'),
      'java.lang.RuntimeException: startup failed',
      'Caused by: java.lang.RuntimeException: acceptor failed',
      'Caused by: java.net.BindException: in use',
    )
    expect(told(4)).toEqual([
      error('Exiting'),
      'java.lang.RuntimeException: startup failed',
      'Caused by: java.lang.RuntimeException: acceptor failed',
      'Caused by: java.net.BindException: in use',
    ])
  })

  it('are the last ones where there is no error', () => {
    write('server.log', info('one'), info('two'), info('three'))
    write('console.log', 'something that was printed')
    expect(told(2)).toEqual([info('two'), info('three')])
  })

  it('are those of the console where the log is empty', () => {
    write('console.log', 'a word from the launcher')
    expect(told()).toEqual(['a word from the launcher'])
  })

  it.each([
    [
      [
        'Error occurred during initialization of VM',
        'Initial heap size set to a larger value than the maximum',
      ],
      [
        'Error occurred during initialization of VM',
        'Initial heap size set to a larger value than the maximum',
      ],
    ],
    [
      ["Unrecognized VM option 'No'", 'Error: Could not create the Java Virtual Machine.'],
      ["Unrecognized VM option 'No'", 'Error: Could not create the Java Virtual Machine.'],
    ],
    [
      [
        'Picked up JAVA_TOOL_OPTIONS: -XX:ErrorFile=/x',
        'Terminating due to java.lang.OutOfMemoryError: Java heap space',
      ],
      ['Terminating due to java.lang.OutOfMemoryError: Java heap space'],
    ],
    [
      [
        '#',
        '# A fatal error has been detected by the Java Runtime Environment:',
        '#',
        '#  SIGSEGV (0xb) at pc=0x0',
      ],
      ['# A fatal error has been detected by the Java Runtime Environment:', '#  SIGSEGV (0xb) at pc=0x0'],
    ],
  ])('hold the last words of the JVM itself, after what was logged', (console, expected) => {
    write('server.log', info('serving'))
    write('console.log', ...console)
    expect(told()).toEqual(expected)
    write('server.log', error('a disk failed'))
    expect(told()).toEqual([error('a disk failed'), ...expected])
  })

  it('are not those of an earlier process', () => {
    write('server.log', error('long ago'))
    const from = disk.statSync('/logs/server.log').size
    write('server.log', error('long ago'), info('started again'))
    expect(told(5, from)).toEqual([info('started again')])
  })

  it('are found in a file that has rolled since the process started', () => {
    write('server.log', error('soon after'))
    expect(told(5, 1_000_000)).toEqual([error('soon after')])
  })

  it('are bounded, and looked for at the end of a long file only', () => {
    write('server.log', error('too far up'), ...Array.from({ length: 3000 }, (_, at) => info(`line ${at}`)))
    expect(told(1)).toEqual([info('line 2999')])
    write('server.log', error('x'.repeat(1000)))
    expect(told()[0]).toHaveLength(300)
  })

  it('are none where nothing was written', () => {
    expect(told()).toEqual([])
  })
})
