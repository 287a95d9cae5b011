// The bundles: the service (what `npx sluice` and `npm start` run) and the engine alone (what the benchmark runs).
// Types are not checked here: `npm run typecheck` and `npm test` do that.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Native modules stay outside: they are files of their own and are loaded when first needed. */
const nativeModules = ['@node-rs/crc32', 'snappy', 'lz4-napi', '@mongodb-js/zstd']

export async function bundleAll() {
  const { build: esbuild } = await import('esbuild')
  const root = fileURLToPath(new URL('..', import.meta.url))
  const bundle = (entry, name, directory) => {
    rmSync(join(root, directory, 'chunks'), { recursive: true, force: true })
    return esbuild({
      absWorkingDir: root,
      entryPoints: [{ in: entry, out: name }],
      outdir: directory,
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      conditions: ['sluice-source'],
      external: nativeModules,
      sourcemap: 'linked',
      sourcesContent: false,
      minifySyntax: true,
      logLevel: 'warning',
      legalComments: 'none',
      // CommonJS libraries in the bundle ask for Node's own modules through require.
      banner: {
        js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
      },
    })
  }
  await Promise.all([
    bundle('packages/service/src/cli/main.ts', 'sluice', 'packages/service/dist/bundle'),
    bundle('bench/engine.mjs', 'engine', 'packages/engine/dist/bundle'),
  ])
}
