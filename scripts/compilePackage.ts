import { runNode } from './runNode.js';

/** Compiles what the package consists of, as `tsconfig.build.json` says. @param options - Further ones of the compiler. */
export function compilePackage(outDir: string, options: readonly string[] = []): void {
  runNode('node_modules/typescript7/bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', outDir, ...options]);
}
