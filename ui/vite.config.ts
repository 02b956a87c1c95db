// SPDX-License-Identifier: Apache-2.0
// The page is served under any base path by <base href>, so every address in the build is relative
// and every file lies flat beside index.html. Nothing is inlined: the server sends a strict
// Content-Security-Policy.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    assetsDir: '',
    assetsInlineLimit: 0,
    target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: {
    include: ['src/**/*_test.ts', 'tools/**/*_test.ts'],
    environment: 'node',
    // Ends what hangs; no test means to be measured by it, on however busy a machine.
    testTimeout: 120_000,
  },
});
