import { repositoryRoot } from './prepare.mjs'

/** Loads a TypeScript module of this repository with what it imports, as tests do, and gives it to `use`. */
export async function withSource(path, use) {
  const { createServer, createServerModuleRunner } = await import('vite')
  const conditions = ['sluice-source', 'node', 'import', 'module', 'default']
  const server = await createServer({
    root: await repositoryRoot(),
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
    environments: { ssr: { resolve: { conditions, externalConditions: conditions } } },
  })
  const runner = createServerModuleRunner(server.environments.ssr, { hmr: false })
  try {
    return await use(await runner.import(path))
  } finally {
    await runner.close()
    await server.close()
  }
}
