import { pathToFileURL } from 'node:url'
import { serverLogBytesMax, serverLogFilesMax, serverLogName } from '../processes/log-tail.ts'

/** What stands behind slf4j: Apache Kafka 4 brings its configuration for Log4j 2, 3.9 for reload4j (Log4j 1). */
export type LoggingBinding = 'log4j2' | 'reload4j'

interface LoggingOptions {
  /** Takes the log files. */
  directory: string
  level: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  /** A file that grows beyond this is rolled. */
  fileBytesMax?: number
}

interface LoggingConfiguration {
  readonly fileName: string
  readonly text: string
  /** For a configuration that was written to this path. */
  jvmArguments(path: string): string[]
}

/** The form of Apache Kafka's own log files, which people and tools know. */
const pattern = '[%d] %p %m (%c)%n'

/** Loggers with a level of their own: one line for each request or state change would bury the rest. */
const loggerLevels: Readonly<Record<string, string>> = {
  'kafka.request.logger': 'WARN',
  'kafka.network.RequestChannel$': 'WARN',
  'state.change.logger': 'WARN',
}

/**
 * The logging of one node: everything in `server.log`, in files that roll. Standard output stays for what the JVM
 * itself has to say, and for failures before this configuration is read.
 */
export function loggingConfiguration(binding: LoggingBinding, options: LoggingOptions): LoggingConfiguration {
  const { directory, level, fileBytesMax = serverLogBytesMax } = options
  const property = binding === 'log4j2' ? 'log4j2.configurationFile' : 'log4j.configuration'
  const lines = binding === 'log4j2' ? log4j2Lines(level, fileBytesMax) : reload4jLines(level, fileBytesMax)
  return {
    fileName: binding === 'log4j2' ? 'log4j2.properties' : 'log4j.properties',
    text: `${lines.join('\n')}\n`,
    jvmArguments: (path) => [
      // Not in the file: a properties file has rules of its own for backslashes and for what is not ASCII.
      `-D${logsProperty}=${directory}`,
      // Log4j 2 takes a comma for the end of a file's name.
      `-D${property}=${pathToFileURL(path).href.replaceAll(',', '%2C')}`,
    ],
  }
}

const logsProperty = 'kafka.logs.dir'

function log4j2Lines(level: string, fileBytesMax: number): string[] {
  return [
    'status = error',
    // Log4j would stop at the same moment as the broker begins its shutdown, which is what one wants to read.
    'shutdownHook = disable',
    'appender.server.type = RollingFile',
    'appender.server.name = server',
    `appender.server.fileName = \${sys:${logsProperty}}/${serverLogName}`,
    `appender.server.filePattern = \${sys:${logsProperty}}/${serverLogName}.%i`,
    'appender.server.layout.type = PatternLayout',
    `appender.server.layout.pattern = ${pattern}`,
    'appender.server.policy.type = SizeBasedTriggeringPolicy',
    `appender.server.policy.size = ${fileBytesMax}`,
    'appender.server.strategy.type = DefaultRolloverStrategy',
    // By default the highest number is the newest file; here as in reload4j, server.log.1 is.
    'appender.server.strategy.fileIndex = min',
    `appender.server.strategy.max = ${serverLogFilesMax - 1}`,
    `rootLogger.level = ${level}`,
    'rootLogger.appenderRef.server.ref = server',
    ...Object.entries(loggerLevels).flatMap(([name, loggerLevel], at) => [
      `logger.${at}.name = ${name}`,
      `logger.${at}.level = ${loggerLevel}`,
    ]),
  ]
}

function reload4jLines(level: string, fileBytesMax: number): string[] {
  return [
    `log4j.rootLogger=${level}, server`,
    'log4j.appender.server=org.apache.log4j.RollingFileAppender',
    `log4j.appender.server.File=\${${logsProperty}}/${serverLogName}`,
    `log4j.appender.server.MaxFileSize=${fileBytesMax}`,
    `log4j.appender.server.MaxBackupIndex=${serverLogFilesMax - 1}`,
    'log4j.appender.server.layout=org.apache.log4j.PatternLayout',
    `log4j.appender.server.layout.ConversionPattern=${pattern}`,
    ...Object.entries(loggerLevels).map(([name, loggerLevel]) => `log4j.logger.${name}=${loggerLevel}`),
  ]
}
