import { describe, expect, it } from 'vitest'
import { loggingConfiguration } from './logging.ts'

const options = { directory: '/data/broker-1/logs', level: 'INFO' } as const

/** The keys and values, as java.util.Properties reads them. */
function propertiesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]),
  )
}

describe('the logging of a node', () => {
  it('rolls server.log at 10 MB and keeps five files, with Log4j 2', () => {
    const { fileName, text } = loggingConfiguration('log4j2', options)
    expect(fileName).toBe('log4j2.properties')
    expect(propertiesOf(text)).toMatchObject({
      'appender.server.type': 'RollingFile',
      'appender.server.fileName': '${sys:kafka.logs.dir}/server.log',
      'appender.server.policy.size': '10485760',
      'appender.server.strategy.max': '4',
      'rootLogger.level': 'INFO',
      shutdownHook: 'disable',
    })
  })

  it('rolls server.log at 10 MB and keeps five files, with reload4j', () => {
    const { fileName, text } = loggingConfiguration('reload4j', options)
    expect(fileName).toBe('log4j.properties')
    expect(propertiesOf(text)).toMatchObject({
      'log4j.rootLogger': 'INFO, server',
      'log4j.appender.server.File': '${kafka.logs.dir}/server.log',
      'log4j.appender.server.MaxFileSize': '10485760',
      'log4j.appender.server.MaxBackupIndex': '4',
      'log4j.logger.state.change.logger': 'WARN',
    })
  })

  it('is the same text for every node, so that it says nothing of where a node lies', () => {
    const other = { ...options, directory: '/elsewhere' }
    for (const binding of ['log4j2', 'reload4j'] as const)
      expect(loggingConfiguration(binding, other).text).toBe(loggingConfiguration(binding, options).text)
  })

  it('is found by the JVM wherever it lies', () => {
    const path = '/home/a b/ü,1/log4j2.properties'
    expect(loggingConfiguration('log4j2', options).jvmArguments(path)).toEqual([
      '-Dkafka.logs.dir=/data/broker-1/logs',
      '-Dlog4j2.configurationFile=file:///home/a%20b/%C3%BC%2C1/log4j2.properties',
    ])
    expect(loggingConfiguration('reload4j', options).jvmArguments('/x/log4j.properties')[1]).toBe(
      '-Dlog4j.configuration=file:///x/log4j.properties',
    )
  })
})
