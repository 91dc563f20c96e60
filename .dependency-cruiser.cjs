/** The adapters: folders directly under src, each alone behind its own subpath. */
const ADAPTER = '^src/([^/]+)/';
const CORE = '^src/[^/]+$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'operators-know-no-tools',
      comment: 'The operators are usable alone: whoever imports them must not get the orchestrator as well.',
      severity: 'error',
      from: { path: '^operators/' },
      to: { path: '^src/' },
    },
    {
      name: 'gates-stand-alone',
      comment: 'Gates are plain classes that outlive a change of RxJS: they import other gates and nothing else.',
      severity: 'error',
      from: { path: '^operators/gates/' },
      to: { pathNot: '^operators/gates/' },
    },
    {
      name: 'core-knows-no-adapter',
      comment: 'Importing toolstream must not load what only an adapter needs.',
      severity: 'error',
      from: { path: CORE },
      to: { path: ADAPTER },
    },
    {
      name: 'adapters-know-no-adapter',
      comment: 'Each adapter is used without the others.',
      severity: 'error',
      from: { path: ADAPTER },
      to: { path: ADAPTER, pathNot: '^src/$1/' },
    },
    {
      name: 'library-runs-anywhere',
      comment: 'The operators and the core run in a browser as well: what needs Node belongs in an adapter.',
      severity: 'error',
      from: { path: ['^operators/', CORE] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'library-imports-what-it-ships-with',
      comment: 'What is not among the dependencies or the peers of the package is missing in the project of a user.',
      severity: 'error',
      from: { path: '^(src|operators)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'npm-peer'] },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'What a test needs of another test belongs under test; what a program needs of it does not.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'library-imports-no-program',
      comment: 'Examples and scripts use the library, never the other way round.',
      severity: 'error',
      from: { path: '^(src|operators)/' },
      to: { path: '^(examples|scripts|bench|docs)/' },
    },
    {
      name: 'no-circles',
      comment: 'In a circle, which module is half loaded depends on who was imported first.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere is one that the rules above did not see.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types alone count too: they are what makes one file change with another.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.build)/' },
    // Packages of ES modules alone name their entry under `exports` only.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'require', 'default'] },
  },
};
