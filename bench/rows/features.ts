import * as t from 'io-ts';
import { firstValueFrom } from 'rxjs';
import { createOrchestrator, defineTool } from '../../src/index.js';
import type { BenchRow, Figure } from '../BenchRow.js';
import { type Contender, inALoop, interleave } from '../interleave.js';
import { answerAsync, args, Input } from '../work.js';

const plain = { description: 'Answers.', input: Input, run: answerAsync } as const;

/** A tool for each feature: as the plain one, but for that. */
const tools = {
  output: defineTool({ ...plain, name: 'output', output: t.number }),
  signal: defineTool({
    ...plain,
    name: 'signal',
    run: (input, { signal }) => (signal.aborted ? Promise.reject(new Error('stopped')) : answerAsync(input)),
  }),
  concurrency: defineTool({ ...plain, name: 'concurrency', concurrency: 100 }),
  rateLimit: defineTool({ ...plain, name: 'rateLimit', rateLimit: { limit: 1_000_000, perMs: 10 } }),
  circuitBreaker: defineTool({ ...plain, name: 'circuitBreaker', circuitBreaker: {} }),
  deadline: defineTool({ ...plain, name: 'deadline', deadlineMs: 60_000 }),
  retry: defineTool({ ...plain, name: 'retry', idempotent: true, retry: { maxAttempts: 3 } }),
  hedge: defineTool({ ...plain, name: 'hedge', idempotent: true, hedge: { delayMs: 1_000 } }),
  cacheHit: defineTool({ ...plain, name: 'cacheHit', cache: { ttlMs: 3_600_000 } }),
  fallback: defineTool({ ...plain, name: 'fallback', fallback: { value: 0 } }),
  operators: defineTool({ ...plain, name: 'operators', operators: [(source$) => source$] }),
} as const;

const features: Readonly<Record<keyof typeof tools, string>> = {
  output: 'an output codec',
  signal: 'reading the signal',
  concurrency: 'concurrency',
  rateLimit: 'a rate limit that holds nobody back',
  circuitBreaker: 'a circuit breaker',
  deadline: 'a deadline',
  retry: 'retry',
  hedge: 'hedge',
  cacheHit: 'a cache, where it has the result (over running the tool)',
  fallback: 'a fallback',
  operators: 'operators of its own',
};

/** What a feature adds to a plain call that nobody observes. */
export const row: BenchRow = {
  async measure() {
    const orchestrator = createOrchestrator({
      tools: [defineTool({ ...plain, name: 'plain' }), ...Object.values(tools)],
      history: { capacity: 0 },
    });
    const retaining = createOrchestrator({ tools: [defineTool({ ...plain, name: 'plain' })] });
    const caller = (name: string, of = orchestrator): Contender =>
      inALoop(() => firstValueFrom(of.execute({ tool: name, arguments: args })));
    const names = Object.keys(tools) as (keyof typeof tools)[];
    const rounds = await interleave<string>(
      {
        plain: caller('plain'),
        events: caller('plain', retaining),
        ...Object.fromEntries(names.map((name) => [name, caller(name)])),
      },
      { rounds: 60 },
    );
    const what: Readonly<Record<string, string>> = { events: 'events that are retained', ...features };
    return [
      { id: 'features.plain', work: 'a plain call', unit: 'us', ...rounds.micros('plain') },
      ...Object.keys(what).map(
        (name): Figure => ({
          id: `features.${name}`,
          work: `a plain call with ${what[name] as string}, over one without`,
          unit: 'x',
          ...rounds.cost(name, 'plain'),
        }),
      ),
    ];
  },
};
