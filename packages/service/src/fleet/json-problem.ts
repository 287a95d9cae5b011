/** What is wrong with a text that is no JSON, without the part of it that the parser shows: passwords may stand there. */
export function jsonProblem(error: unknown): string {
  return (error as Error).message.replace(/, (?:\.{3})?"[\s\S]*$/, '')
}
