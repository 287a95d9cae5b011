declare function setup(): Promise<() => Promise<void>>
declare namespace setup {
  export function globalSetup(): Promise<() => Promise<void>>
  export function globalTeardown(): Promise<void>
}
export = setup
