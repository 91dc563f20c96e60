import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import * as t from 'io-ts';
import { concat, delay, map, mergeMap, NEVER, of, type SchedulerLike, throwError, timer } from 'rxjs';
import type { AnyTool, ToolEvent } from '../../src/index.js';
import { toTest, type ToTestOptions } from '../../src/testing/index.js';
import { toolOf } from '../support/stage.js';
import { recorded, type Recorder } from '../support/tape.js';

interface Does {
  readonly ms?: number;
  readonly value?: unknown;
  readonly fails?: string;
}

/** A tool that does what its arguments say. */
function obedient(name: string, scheduler: SchedulerLike, settings: Partial<AnyTool> = {}): AnyTool {
  const run = ({ ms = 4, value = 'found', fails }: Does): unknown =>
    timer(ms, scheduler).pipe(mergeMap(() => (fails === undefined ? of(value) : throwError(() => new Error(fails)))));
  return toolOf(run, { name, ...settings });
}

function incident(
  settings: Readonly<Record<string, Partial<AnyTool>>>,
  play: (recorder: Recorder) => void,
): readonly ToolEvent[] {
  const events = recorded(
    (scheduler) => Object.entries(settings).map(([name, own]) => obedient(name, scheduler, own)),
    play,
    1_700_000_000_000,
  );
  // As they come back from a store.
  return JSON.parse(JSON.stringify(events)) as readonly ToolEvent[];
}

const steps = [
  { tool: 'search', arguments: { ms: 3, value: 'see $5.00 and $hits' }, outputKey: 'hits' },
  { tool: 'fetch', arguments: { ms: 5, value: '$hits' }, outputKey: 'page' },
];

const incidents: Readonly<Record<string, () => readonly ToolEvent[]>> = {
  'a success': () =>
    incident({ search: {} }, ({ call }) => {
      call('a', 'search', { value: { hits: ["it's", 'a "hit"'] } });
    }),
  'a failure': () =>
    incident({ search: {} }, ({ call }) => {
      call('a', 'search', { fails: "HTTP 503\n'soon'" });
    }),
  'a timeout': () =>
    incident({ search: { timeoutMs: 20 } }, ({ call }) => {
      call('a', 'search', { ms: 500 });
    }),
  'a deadline': () =>
    incident({ search: { deadlineMs: 15, concurrency: 1 } }, ({ call }) => {
      call('a', 'search', { ms: 10 });
      call('b', 'search', { ms: 10 });
    }),
  'a call longer than the usual timeout': () =>
    incident({ search: { timeoutMs: Infinity } }, ({ call }) => {
      call('a', 'search', { ms: 45_000 });
    }),
  'retries after the same wait': () =>
    incident({ search: { retry: { maxAttempts: 3, backoff: () => 7 } } }, ({ call }) => {
      call('a', 'search', { fails: 'gone' });
    }),
  'retries after growing waits, of several calls': () =>
    incident({ search: { retry: { maxAttempts: 3, backoff: ({ retry }) => retry * 5 } } }, ({ call }) => {
      call('a', 'search', { fails: 'gone' });
      call('b', 'search', { ms: 9, fails: 'gone' });
    }),
  'waits for a rate permit': () =>
    incident({ search: { rateLimit: { limit: 2, perMs: 30 } } }, ({ call, at }) => {
      for (const [index, ms] of [0, 3, 5, 12, 40].entries())
        at(ms, () => {
          call(`call ${index}`, 'search');
        });
    }),
  'refusals by a rate limit': () =>
    incident({ search: { rateLimit: { limit: 2, perMs: 30, overflow: 'reject' } } }, ({ call, at }) => {
      for (const [index, ms] of [0, 3, 5, 12, 40].entries())
        at(ms, () => {
          call(`call ${index}`, 'search');
        });
    }),
  'waits for a slot, and callers who leave': () =>
    incident({ search: { concurrency: 2 } }, ({ call }) => {
      call('a', 'search', { ms: 30 }, 12);
      call('b', 'search', { ms: 20 });
      call('c', 'search', { ms: 9 }, 15);
      call('d', 'search', { ms: 9 }, 5);
    }),
  'a call in the very ms in which a slot becomes free': () =>
    incident({ search: { concurrency: 1 } }, ({ call, scheduler }) => {
      call('a', 'search', { ms: 8 });
      // Says that there is one slot.
      call('left', 'search', {}, 5);
      // Scheduled after the answer, at the same time.
      scheduler.schedule(() => {
        call('b', 'search', { ms: 8 });
      }, 8);
    }),
  'a chain': () =>
    incident({ search: {}, fetch: {} }, ({ orchestrator, at }) => {
      at(6, () => {
        orchestrator.run({ name: 'research', steps }).subscribe();
      });
    }),
  'a chain that fails': () =>
    incident({ search: {}, fetch: {} }, ({ orchestrator }) => {
      const [first = {}, second = {}] = steps;
      const failing = {
        steps: [first, { ...second, arguments: { fails: 'HTTP 404' } }, { ...first, outputKey: 'again' }],
      };
      orchestrator.run(failing as never).subscribe({ error: () => undefined });
    }),
  'a plan and a group, with calls beside them': () =>
    incident({ search: { concurrency: 1 }, fetch: {} }, ({ call, orchestrator, at }) => {
      const more = [...steps, { tool: 'search', arguments: { ms: 2 }, outputKey: 'other' }];
      orchestrator.run({ kind: 'plan', name: 'wide', steps: more }).subscribe();
      at(2, () => {
        call('x', 'fetch', { ms: 2 });
      });
      at(20, () => {
        orchestrator
          .parallel({
            one: { tool: 'search', arguments: { ms: 1 } },
            two: { tool: 'fetch', arguments: { fails: 'gone' } },
          })
          .subscribe();
      });
    }),
  'a run that is left': () =>
    incident({ search: {}, fetch: {} }, ({ orchestrator, at }) => {
      const run = orchestrator.run({ steps }).subscribe();
      at(6, () => {
        run.unsubscribe();
      });
    }),
  'a tool that is not there, and a name that is no identifier': () =>
    incident({ 'web-search': {}, 'web search': {} }, ({ call }) => {
      call('a', 'web-search');
      call('b', 'web search', { ms: 1 });
      call('c', 'wbe-search');
    }),
  'a recording that ends in the middle': () =>
    incident({ search: { timeoutMs: 1_000 } }, ({ call }) => {
      call('a', 'search', { ms: 50 });
      call('b', 'search', { ms: 400 });
    }).filter(({ at }) => at <= 1_700_000_000_060),
};

describe('toTest', () => {
  it('gives tests that type-check, pass the linter, and pass; and fail where a tool does something else', function () {
    this.timeout(300_000);
    const folder = mkdtempSync('test/generated-');
    try {
      const files = Object.entries(incidents).map(([title, events], index) => {
        const file = join(folder, `incident${index + 1}.ts`);
        writeFileSync(file, toTest(events(), { title }));
        return file;
      });
      writeFileSync(join(folder, 'tools.ts'), realTools);
      const withTools = join(folder, 'withTools.ts');
      writeFileSync(
        withTools,
        toTest(checkedIncident(), { title: 'its own tools', tools: checkedTools, toolsFrom: './tools.js' }),
      );
      const broken = join(folder, 'broken.ts');
      const code = toTest((incidents['a success'] as () => readonly ToolEvent[])(), {
        title: 'a tool that is slower now',
      });
      writeFileSync(broken, code.replace("'----(a|)'", "'-----(a|)'"));

      const depth = relative(folder, '.');
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: `${depth}/tsconfig.json`, include: ['*.ts'] }),
      );
      const tsc = run('node_modules/typescript7/bin/tsc', ['-p', folder]);
      expect(tsc.stdout).to.equal('');
      expect(tsc.status).to.equal(0);

      const eslint = run('node_modules/eslint/bin/eslint.js', ['--max-warnings', '0', folder]);
      expect(eslint.stdout).to.equal('');
      expect(eslint.status).to.equal(0);

      const mocha = run('node_modules/mocha/bin/mocha.js', [
        ...['--no-config', '--require', 'tsx', '--reporter', 'json', ...files, withTools, broken],
      ]);
      const { passes, failures } = JSON.parse(mocha.stdout) as Record<
        string,
        readonly { readonly fullTitle: string }[]
      >;
      expect(failures?.map(({ fullTitle }) => fullTitle)).to.deep.equal([
        'a tool that is slower now goes as it was recorded',
      ]);
      expect(passes?.map(({ fullTitle }) => fullTitle).sort()).to.deep.equal(
        [...Object.keys(incidents), 'its own tools'].map((title) => `${title} goes as it was recorded`).sort(),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('writes a test that reads like one', () => {
    const events = (incidents['waits for a slot, and callers who leave'] as () => readonly ToolEvent[])();
    expect(toTest(events, { title: 'incident 417' })).to.contain(
      [
        "describe('incident 417', () => {",
        "  it('goes as it was recorded', () => {",
        '    marbles(({ at, createOrchestrator, fakeTool, flush, subscribe }) => {',
      ].join('\n'),
    );
    expect(toTest(events)).to.contain("          'search 1  >-----------/',\n");
  });

  it('puts a call off to its turn, where what else happened in its ms came before it', () => {
    const events = (incidents['a call in the very ms in which a slot becomes free'] as () => readonly ToolEvent[])();
    expect(toTest(events)).to.contain('later(8, 1, () => {');
  });

  const limitsOf = (title: string): string =>
    /\{ name: .* \}(?=,$)/m.exec(toTest((incidents[title] as () => readonly ToolEvent[])()))?.[0] ?? '';

  it('reads the limits of the tools from what they did to the calls', () => {
    expect(limitsOf('a timeout')).to.equal("{ name: 'search', timeoutMs: 20 }");
    expect(limitsOf('a deadline')).to.equal("{ name: 'search', deadlineMs: 15, concurrency: 1 }");
    expect(limitsOf('a call longer than the usual timeout')).to.equal("{ name: 'search', timeoutMs: Infinity }");
    expect(limitsOf('waits for a rate permit')).to.equal("{ name: 'search', rateLimit: { limit: 2, perMs: 30 } }");
    expect(limitsOf('refusals by a rate limit')).to.equal(
      "{ name: 'search', rateLimit: { limit: 2, perMs: 30, overflow: 'reject' } }",
    );
    expect(limitsOf('retries after the same wait')).to.equal(
      "{ name: 'search', retry: { maxAttempts: 3, backoff: () => 7 } }",
    );
    expect(limitsOf('waits for a slot, and callers who leave')).to.equal("{ name: 'search', concurrency: 2 }");
  });

  const spacedOut = () =>
    incident({ search: { rateLimit: { limit: 1, perMs: 10, algorithm: 'tokenBucket', burst: 2 } } }, ({ call }) => {
      for (const id of 'abcd') call(id, 'search', { ms: 2 });
    });

  it('says of a recording that does not happen again what comes otherwise, and takes settings that are said', () => {
    expect(() => toTest(spacedOut())).to.throw(
      Error,
      /^toTest: the recording does not happen again with these settings: at \d+ ms expected search .*Give the tools, or what is missing of their settings$/,
    );
    const settings = { search: { rateLimit: { limit: 1, perMs: 10, algorithm: 'tokenBucket', burst: 2 } } } as const;
    expect(toTest(spacedOut(), { settings })).to.contain(
      "rateLimit: { limit: 1, perMs: 10, algorithm: 'tokenBucket', burst: 2 }",
    );
  });

  it('says of a tool that did too much in one ms that no fake tool can', () => {
    const quick = recorded(
      (scheduler) => [toolOf(() => concat(of(1, 2), of(3).pipe(delay(1, scheduler))), { name: 'search' })],
      ({ call }) => {
        call('a', 'search');
      },
    );
    expect(() => toTest(quick)).to.throw(
      "toTest: what 'search' did in attempt 1 of the call a cannot be written as marbles: 2 notifications found no room",
    );
  });

  it('says in the test what of the recording is not in it', () => {
    const chatty = recorded(
      (scheduler) => [
        toolOf(
          (_args, call) => {
            call.progress('half way');
            return timer(2, scheduler).pipe(map(() => 1));
          },
          { name: 'search', input: t.type({ q: t.string }) },
        ),
      ],
      ({ call }) => {
        call('a', 'search', { q: 'x' });
        call('b', 'search', { q: 5 });
      },
    );
    const code = toTest(chatty);
    expect(code).to.contain(
      '// Left out: 1 calls with invalid arguments.\n// Left out: events of the types call.progressed.\n',
    );
  });

  it('gives a test of a long recording as much time as that needs', () => {
    const day = incident({ search: {} }, ({ call, at }) => {
      call('a', 'search');
      at(90_000_000, () => {
        call('b', 'search');
      });
    });
    expect(toTest(day)).to.contain('    }, { maxMs: Infinity, maxTasks: Infinity });');
    expect(toTest((incidents['a success'] as () => readonly ToolEvent[])())).not.to.contain('maxMs');
  });

  it('refuses a recording without a call, and options that are unknown', () => {
    expect(() => toTest([])).to.throw('toTest: expected a recording with a call, got none');
    expect(() => toTest([], { titel: 'x' } as ToTestOptions)).to.throw(TypeError, "did you mean 'title'?");
    expect(() => toTest([], { tools: [] })).to.throw(TypeError, 'expected tools and toolsFrom');
  });
});

function run(
  program: string,
  args: readonly string[],
): ReturnType<typeof spawnSync> & { readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    maxBuffer: Infinity,
  });
}

/** What the tools of a program look like, and the same for this spec. */
const realTools = `import * as t from 'io-ts';
import { NEVER } from 'rxjs';
import { type AnyTool, defineTool } from 'toolstream';

export const search: AnyTool = defineTool({
  name: 'search',
  description: 'Search.',
  input: t.type({ q: t.string }),
  timeoutMs: 25,
  rateLimit: { limit: 1, perMs: 10, algorithm: 'tokenBucket', burst: 2 },
  run: () => NEVER,
});
`;
const checkedTools: readonly AnyTool[] = [checkedTool(() => NEVER)];

function checkedTool(does: () => unknown): AnyTool {
  return toolOf(does, {
    name: 'search',
    input: t.type({ q: t.string }),
    timeoutMs: 25,
    rateLimit: { limit: 1, perMs: 10, algorithm: 'tokenBucket', burst: 2 },
  });
}

function checkedIncident(): readonly ToolEvent[] {
  let calls = 0;
  return recorded(
    (scheduler) => [checkedTool(() => (++calls === 2 ? NEVER : timer(3, scheduler).pipe(map(() => calls))))],
    ({ call }) => {
      for (const id of 'abcd') call(id, 'search', { q: id });
      call('wrong', 'search', { q: 5 });
    },
  );
}
