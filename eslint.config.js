const tseslint = require('typescript-eslint');
const rxjsX = require('eslint-plugin-rxjs-x').default;

const clockReason =
  'Time comes from the scheduler (or, in a gate, from its clock), so that a flow runs the same in virtual time.';

/** Every way to read or wait on the real clock, in the forms it can be written in. */
const realClockGlobals = ['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
  name,
  message: clockReason,
}));
const realClockProperties = [
  { object: 'Date', property: 'now', message: clockReason },
  ...['globalThis', 'window', 'self', 'global'].flatMap((object) =>
    ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Date'].map((property) => ({
      object,
      property,
      message: clockReason,
    })),
  ),
  { object: 'AbortSignal', property: 'timeout', message: clockReason },
  { object: 'process', property: 'hrtime', message: clockReason },
];
const realClockSyntax = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clockReason },
  { selector: "CallExpression[callee.name='Date']", message: clockReason },
];
const realClockModules = [
  'timers',
  'node:timers',
  'timers/promises',
  'node:timers/promises',
  'perf_hooks',
  'node:perf_hooks',
];

/** Spellings of imports that only some of Node, bundlers and TypeScript resolve, or resolve to a second copy. */
const importPatterns = [
  {
    regex: '^\\.{1,2}/.*(?<!\\.(?:js|cjs|mjs|json))$',
    message: 'Relative imports end in .js.',
  },
  {
    regex: '^(?:fp-ts|io-ts/(?:lib|es6)/.*|fp-ts/(?:lib|es6)/.*)$',
    message: 'Import fp-ts/Either, fp-ts/function or io-ts/PathReporter: one copy, in Node and in bundlers.',
  },
];

/** The DOM library is on for `AbortSignal` alone; these of its globals are usually a forgotten local variable. */
const accidentalGlobals = [
  'name',
  'status',
  'event',
  'length',
  'history',
  'origin',
  'parent',
  'top',
  'self',
  'window',
].map((name) => ({ name, message: 'A browser global: a local variable is missing.' }));

/**
 * The plugin's rule takes a variable that holds a function returning an Observable for one that holds an Observable.
 * A function carries no `$`, however it is spelt, so what the rule reports of callable values is dropped.
 */
const finnishValues = {
  ...rxjsX.rules.finnish,
  create(context) {
    const { sourceCode } = context;
    const report = (descriptor) => {
      const node = sourceCode.getNodeByRangeIndex(sourceCode.getIndexFromLoc(descriptor.loc.start));
      const type = sourceCode.parserServices.getTypeAtLocation(node).getNonNullableType();
      const members = type.isUnion() ? type.types : [type];
      if (!members.some((member) => member.getCallSignatures().length > 0)) context.report(descriptor);
    };
    return rxjsX.rules.finnish.create(Object.create(context, { report: { value: report } }));
  },
};

/** Whoever switches a rule off says why: `// eslint-disable-next-line some-rule -- the reason`. */
const disableWithReason = {
  meta: { type: 'suggestion', schema: [], messages: { missing: 'Expected "-- the reason" after the rule.' } },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (/^\s*eslint-disable/.test(comment.value) && !/\s--\s+\S/.test(comment.value)) {
          context.report({ loc: comment.loc, messageId: 'missing' });
        }
      }
    },
  }),
};

module.exports = tseslint.config(
  { ignores: ['dist/', '.build/', 'coverage/', 'docs/'] },
  {
    files: ['**/*.{ts,mts}'],
    extends: [tseslint.configs.strictTypeChecked, rxjsX.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    plugins: {
      toolstream: { rules: { 'finnish-values': finnishValues, 'disable-with-reason': disableWithReason } },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // `== null` is the one loose comparison that says more than the strict one: neither null nor undefined.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-else-return': 'error',
      'no-param-reassign': 'error',
      'no-restricted-globals': ['error', ...accidentalGlobals],
      'no-restricted-imports': ['error', { patterns: importPatterns }],
      'no-self-compare': 'error',
      'no-unreachable-loop': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A number prints the same everywhere; the rule is kept for objects, arrays, null and undefined.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A leading underscore says that a parameter or a phantom is there for its position or its type only.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Short callbacks read best as one expression: `next: (value) => seen.push(value)`.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Where a text is spread, its code points are what is wanted.
      '@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }] }],
      // TypeScript narrows the state of a closure to what was assigned last in the same function, and the rule then
      // calls the check for what a callback may have changed in between unnecessary.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Without a default, the promise rejects with an EmptyError: nothing is silent about it.
      'rxjs-x/no-ignored-default-value': 'off',
      'toolstream/disable-with-reason': 'error',
      // Functions and parameters carry no `$`: a call reads as an action, and a parameter is often a source to pipe.
      'toolstream/finnish-values': [
        'error',
        { functions: false, methods: false, parameters: false, properties: true, variables: true, strict: false },
      ],
    },
  },
  {
    files: ['operators/**/*.ts', 'src/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...accidentalGlobals, ...realClockGlobals],
      'no-restricted-properties': ['error', ...realClockProperties],
      'no-restricted-syntax': ['error', ...realClockSyntax],
      'no-restricted-imports': [
        'error',
        { paths: realClockModules.map((name) => ({ name, message: clockReason })), patterns: importPatterns },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'examples/*/test/**/*.ts'],
    rules: {
      // chai's assertions are property reads: `expect(x).to.be.true`.
      '@typescript-eslint/no-unused-expressions': 'off',
      // Letters name the calls of a test: `[...'abc']`.
      '@typescript-eslint/no-misused-spread': 'off',
      // A test may throw what is no Error, to see what becomes of it, and knows the type of what it threw.
      '@typescript-eslint/only-throw-error': 'off',
      'rxjs-x/throw-error': 'off',
      'rxjs-x/no-implicit-any-catch': 'off',
      // An error that nobody handles fails the test.
      'rxjs-x/no-ignored-error': 'off',
      // Sources that misbehave, and subscribers that subscribe again while they are told, are what tests are about.
      'rxjs-x/no-nested-subscribe': 'off',
      'rxjs-x/no-subscribe-in-pipe': 'off',
      'rxjs-x/no-redundant-notify': 'off',
    },
  },
  {
    // Type tests, and the program of a user of the package, are compiled and never run; and a line under
    // @ts-expect-error has a type of error by intention.
    files: ['test/types/**/*.ts', 'test/package/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'rxjs-x/no-floating-observables': 'off',
    },
  },
  {
    // Programs that talk to a terminal.
    files: ['bench/**/*.ts', 'examples/**/*.{ts,mts}', 'scripts/**/*.{ts,mts}'],
    rules: { 'no-console': 'off' },
  },
);
