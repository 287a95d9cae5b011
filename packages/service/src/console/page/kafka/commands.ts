import { shellWord } from '../command.ts'

/* With which commands the same is seen in a terminal. A test has the command line take each of them. */

export function clusterCommands(cluster: string, clusterArn: string) {
  const of = `--cluster ${cluster}`
  const arn = `--cluster-arn ${clusterArn}`
  return {
    brokers: [`aws kafka list-nodes ${arn}`, `npx sluice broker list ${cluster}`],
    topics: [`aws kafka list-topics ${arn}`, `npx sluice topic list ${of}`],
    topic: (name: string) => [
      `aws kafka describe-topic-partitions ${arn} --topic-name${flagValue(name)}`,
      `npx sluice topic describe ${of} ${operand(name)}`,
      `npx sluice consume --offset start ${of} ${operand(name)}`,
    ],
  }
}

export function groupCommands(cluster: string) {
  const of = `--cluster ${cluster}`
  return {
    groups: [`npx sluice group list ${of}`],
    group: (name: string) => [
      `npx sluice group describe ${of} ${operand(name)}`,
      `npx sluice group why ${of} ${operand(name)}`,
      `npx sluice group seek --to start --dry-run ${of} ${operand(name)}`,
    ],
  }
}

/** What makes the first topic, and has a group of consumers appear that reads it. */
export function firstCommands(cluster: string) {
  return {
    topic: `npx sluice topic create orders -p 6 --cluster ${cluster}`,
    group: [
      `eval "$(npx sluice env --cluster ${cluster})"`,
      'kcat -b "$BOOTSTRAP_SERVERS" -G readers orders',
    ],
  }
}

/** The last word: what begins with a dash is else taken for an option. */
function operand(text: string): string {
  return `${text.startsWith('-') ? '-- ' : ''}${shellWord(text)}`
}

function flagValue(text: string): string {
  return `${text.startsWith('-') ? '=' : ' '}${shellWord(text)}`
}
