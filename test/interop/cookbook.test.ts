import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeFilesOf } from '../package/cookbook.ts'
import { Project, Tarball } from '../package/installed.ts'

// Pages of docs/cookbook whose libraries come from the registry, for these tests alone.

describe.skipIf(!process.env.SLUICE_INTEROP)('the cookbook', { timeout: 240_000 }, () => {
  const tarballs = new Tarball()
  let tarball: string
  let project: Project | null = null

  beforeAll(async () => {
    tarball = await tarballs.make()
  }, 120_000)
  afterAll(() => {
    project?.close()
    tarballs.remove()
  })

  it.each([
    ['jest.md', ['jest@30'], ['../node_modules/jest/bin/jest.js']],
    [
      'nestjs.md',
      [
        '@nestjs/common@11',
        '@nestjs/core@11',
        '@nestjs/microservices@11',
        'reflect-metadata@0.2',
        'rxjs@7',
        'kafkajs@2',
      ],
      ['orders.mjs'],
    ],
  ])('works as %s has it', (page, libraries, args) => {
    project = new Project(tarball)
    try {
      const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund']
      const installed = project.run('npm', ['install', ...libraries, ...flags])
      expect(installed.status, installed.stderr).toBe(0)
      const folder = project.folder(page)
      writeFilesOf(page, folder)
      const { status, stdout, stderr } = folder.run(process.execPath, args)
      expect(status, stdout + stderr).toBe(0)
    } finally {
      project.close()
      project = null
    }
  })
})
