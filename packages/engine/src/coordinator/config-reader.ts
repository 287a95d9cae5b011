/** Reads a broker configuration by its name. */
export interface ConfigReader {
  int(name: string): number
  long(name: string): number
  string(name: string): string
  list(name: string): readonly string[]
}
