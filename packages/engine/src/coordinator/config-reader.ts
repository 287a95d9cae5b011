/** Reads a broker configuration by its name. */
export interface ConfigReader {
  int(name: string): number
  long(name: string): number
}
