import * as t from 'io-ts';
import { type AnyTool, defineTool } from 'toolstream';
import { type Arrivals, simulate, type SimulatedWork, type SimulationReport } from 'toolstream/testing';

const HOUR_MS = 3_600_000;

/**
 * Which limits does a search need that 20,000 callers ask in half an hour, most of them in the middle of it? Tries some
 * on the same traffic. `--day` then lets a day with a million calls come upon the last of them, which takes longer.
 */
function main(): void {
  for (const [title, limits] of Object.entries(candidates)) {
    console.log(`== ${title}`);
    console.log(`${String(halfAnHourOf(limits))}\n`);
  }
  if (!process.argv.includes('--day')) return;
  console.log('== a day');
  console.log(String(dayOf(candidates['16 a second, at most 60 wait'])));
}

const candidates = {
  '12 a second, wait as long as it takes': { rateLimit: { limit: 12, perMs: 1_000 } },
  '12 a second, at most 60 wait': { rateLimit: { limit: 12, perMs: 1_000, maxQueue: 60 } },
  '16 a second, at most 60 wait': { rateLimit: { limit: 16, perMs: 1_000, maxQueue: 60 } },
} satisfies Record<string, Partial<AnyTool>>;

/** As the service was measured: most answers within 200 ms, some take long, 2 of 100 fail, 1 of 500 never comes. */
const work: SimulatedWork = {
  latencyMs: { kind: 'logNormal', medianMs: 200, sigma: 0.6 },
  failureRate: 0.02,
  hangRate: 0.002,
};

function search(limits: Partial<AnyTool>): AnyTool {
  return defineTool({
    name: 'search',
    description: 'Search the documentation for a phrase.',
    input: t.type({ query: t.string }),
    timeoutMs: 5_000,
    retry: { maxAttempts: 3 },
    ...limits,
    // Never called: the simulation does the `work` instead.
    run: () => [],
  } as never);
}

function halfAnHourOf(limits: Partial<AnyTool>): SimulationReport {
  const rush = [6, 7, 9, 12, 13, 14, 13, 12, 10, 8, 7, 6];
  return simulate({
    tools: [search(limits)],
    arrivals: { search: callers(20_000 / 1_800, rush) },
    work: { search: work },
    durationMs: HOUR_MS / 2,
  });
}

function dayOf(limits: Partial<AnyTool>): SimulationReport {
  const hours = [7, 6, 5, 5, 5, 6, 8, 10, 12, 13, 13, 13, 12, 12, 13, 13, 13, 12, 11, 10, 10, 9, 8, 8];
  return simulate({
    tools: [search(limits)],
    arrivals: { search: callers(1_000_000 / 86_400, hours) },
    work: { search: work },
    durationMs: 24 * HOUR_MS,
  });
}

/** Callers who know nothing of each other, and leave after 20 s without an answer. */
function callers(perSecond: number, profile: readonly number[]): Arrivals {
  const args = (index: number) => ({ query: `phrase ${index}` });
  return { kind: 'poisson', perSecond, profile, args, patienceMs: 20_000 };
}

main();
