import { isObservable, map, mergeMap, type Observable, throwError, timer } from 'rxjs';
import { object, positive, wholeNumber } from '../../operators/gates/argument.js';
import { isTerminal } from '../event.js';
import { knownKeys } from '../knownKeys.js';
import { createOrchestrator, type Orchestrator } from '../orchestrator.js';
import { type AnyTool, defineTool } from '../tool.js';
import { type Arrivals, nextArrivalOf } from './arrivals.js';
import { type Distribution, drawOf } from './distribution.js';
import { printSimulation } from './printSimulation.js';
import { seededRandom } from './random.js';
import type { SimulationReport } from './simulationReport.js';
import { ToolTally } from './ToolTally.js';
import { VirtualScheduler } from './VirtualScheduler.js';

/** What a tool is taken to do, instead of what it really does. */
export interface SimulatedWork {
  /** How long an attempt takes. Rounded to whole ms. */
  readonly latencyMs: Distribution;
  /** Which share of the attempts fails, at the end of that time; from 0 to 1. Default: 0. */
  readonly failureRate?: number;
  /** Which share never answers, from 0 to 1. Default: 0. */
  readonly hangRate?: number;
}

/** What tools that work by themselves are made with. */
export interface SimulationContext {
  /** Whose time it is: for `timer(…, scheduler)`. Promises do not settle in it. */
  readonly scheduler: VirtualScheduler;
  /** Numbers of at least 0 and below 1, the same for the same seed. */
  readonly random: () => number;
}

/** What is simulated. */
export interface SimulateOptions {
  /**
   * The tools, with the limits that are to be tried; or a function that makes them, whose `run` may then take its time
   * by the simulation's scheduler.
   */
  readonly tools: readonly AnyTool[] | ((context: SimulationContext) => readonly AnyTool[]);
  /** When which tool is called, by its name. */
  readonly arrivals: Readonly<Record<string, Arrivals>>;
  /** What the tools do, by name. Default: their own `run`. */
  readonly work?: Readonly<Record<string, SimulatedWork>>;
  /** For how long calls come, in ms, above 0; those that are still going on then are waited for. */
  readonly durationMs: number;
  /** Of the random numbers. The same seed gives the same arrivals, whatever the limits. Default: 1. */
  readonly seed?: number;
  /** Into how many parts the duration is divided for the course of the queues, at least 1. Default: 48. */
  readonly parts?: number;
}

/**
 * Lets traffic come upon tools in virtual time, and says how long callers waited, how long queues got, and how many were
 * refused: a way to choose limits before they meet real callers. Synchronous, and quick: a day with a million calls takes
 * seconds, in memory that does not grow with them.
 *
 * While it runs, `Math.random` gives its random numbers, so that the jitter of backoffs is the same for the same seed.
 *
 * @throws TypeError, RangeError for an option that is unknown or out of its range; TypeError for a tool whose `run` gives
 * a promise: no promise settles in it, so such a tool needs its `work` said.
 *
 * @example
 * ```ts
 * const report = simulate({
 *   tools: [search],
 *   arrivals: { search: { kind: 'poisson', perSecond: 9 } },
 *   work: { search: { latencyMs: { kind: 'logNormal', medianMs: 120, sigma: 0.6 }, failureRate: 0.01 } },
 *   durationMs: 3_600_000,
 * });
 * console.log(String(report));
 * ```
 */
export function simulate(options: SimulateOptions): SimulationReport {
  knownKeys('an option of simulate', object('options', options), [
    ...['tools', 'arrivals', 'work', 'durationMs', 'seed', 'parts'],
  ]);
  const { seed = 1, parts = 48 } = options;
  const durationMs = positive('durationMs', options.durationMs);
  wholeNumber('seed', seed, 0);
  wholeNumber('parts', parts, 1);
  const realRandom = Math.random;
  Math.random = seededRandom(mixed(seed, 'anything'));
  try {
    const simulation = new Simulation({ ...options, seed, parts, durationMs });
    return simulation.run();
  } finally {
    Math.random = realRandom;
  }
}

class Simulation {
  private readonly scheduler = new VirtualScheduler();
  private readonly orchestrator: Orchestrator;
  private readonly tallies = new Map<string, ToolTally>();
  private readonly tools: readonly AnyTool[];
  private begun = 0;
  private ended = 0;
  /** What is wrong with a tool; as its error it would only be one of many failures. */
  private misuse: TypeError | undefined;

  constructor(private readonly options: Required<Omit<SimulateOptions, 'work'>> & Pick<SimulateOptions, 'work'>) {
    const { tools, work = {}, arrivals, durationMs, parts } = options;
    const { scheduler } = this;
    const given = typeof tools === 'function' ? tools({ scheduler, random: this.random('tools') }) : tools;
    this.tools = given.map((tool) => {
      const does = Object.hasOwn(work, tool.name) ? work[tool.name] : undefined;
      return replaced(tool, does ? this.workOf(tool.name, does) : this.ownWorkOf(tool));
    });
    const names = this.tools.map(({ name }) => name);
    checkNames('work', Object.keys(work), names);
    checkNames('arrivals', Object.keys(object('arrivals', arrivals)), names);
    for (const name of names) this.tallies.set(name, new ToolTally(durationMs, parts));
    let ids = 0;
    this.orchestrator = createOrchestrator({
      tools: this.tools,
      scheduler,
      history: { capacity: 0 },
      createId: () => String(++ids),
    });
  }

  run(): SimulationReport {
    const { scheduler, options } = this;
    const { durationMs, seed } = options;
    for (const [name, arrivals] of Object.entries(options.arrivals)) this.schedule(name, arrivals);
    // eslint-disable-next-line rxjs-x/no-ignored-error -- it never errors
    const listening = this.orchestrator.events$.subscribe((event) => {
      if (!('tool' in event)) return;
      this.tallies.get(event.tool)?.add(event);
      if (isTerminal(event)) this.ended++;
    });
    while (!this.misuse && scheduler.step());
    listening.unsubscribe();
    if (this.misuse) throw this.misuse;
    const endedAtMs = scheduler.now();
    const report = {
      durationMs,
      seed,
      endedAtMs,
      calls: this.begun,
      unfinished: this.begun - this.ended,
      tools: Object.fromEntries([...this.tallies].map(([name, tally]) => [name, tally.summary(endedAtMs)])),
    };
    return { ...report, toString: () => printSimulation(report) };
  }

  /** The calls of a tool, one after the other: only the next is scheduled. */
  private schedule(tool: string, arrivals: Arrivals): void {
    const { scheduler, options, orchestrator } = this;
    const { durationMs } = options;
    const next = nextArrivalOf(`arrivals.${tool}`, arrivals, durationMs);
    const patience =
      arrivals.patienceMs === undefined ? undefined : drawOf(`arrivals.${tool}.patienceMs`, arrivals.patienceMs);
    const random = this.random(`arrivals of ${tool}`);
    const randomOfCalls = this.random(`calls of ${tool}`);
    let index = 0;
    let at = next(-Infinity, random);
    if (!(at < durationMs)) return;
    const delay = (): number => Math.floor(at) - scheduler.now();
    scheduler.schedule(function () {
      const args: unknown = arrivals.args ? arrivals.args(index, randomOfCalls) : {};
      index++;
      begin(args);
      at = next(at, random);
      if (at < durationMs) this.schedule(undefined, delay());
    }, delay());
    const begin = (args: unknown): void => {
      this.begun++;
      // Not `attempt`, which would make an Either of each.
      const call = orchestrator.execute({ tool, arguments: args }).subscribe({ error: () => undefined });
      if (patience && !call.closed) {
        const leaving = scheduler.schedule(
          () => {
            call.unsubscribe();
          },
          wholeMs(patience(randomOfCalls)),
        );
        call.add(leaving);
      }
    };
  }

  private workOf(name: string, { latencyMs, failureRate = 0, hangRate = 0 }: SimulatedWork): () => Observable<unknown> {
    const draw = drawOf(`work.${name}.latencyMs`, latencyMs);
    share(`work.${name}.failureRate`, failureRate);
    share(`work.${name}.hangRate`, hangRate);
    const random = this.random(`work of ${name}`);
    const { scheduler } = this;
    return () => {
      // Always as many random numbers, so that a rate changes nothing else.
      const [ms, hangs, fails] = [wholeMs(draw(random)), random() < hangRate, random() < failureRate];
      if (hangs) return timer(Infinity, scheduler);
      const answer$ = timer(ms, scheduler);
      return fails
        ? answer$.pipe(mergeMap(() => throwError(() => new Error('simulated failure'))))
        : answer$.pipe(map(() => null));
    };
  }

  /** The tool's own `run`, which must not give what does not settle here. */
  private ownWorkOf(tool: AnyTool): AnyTool['run'] {
    return (args, call) => {
      const given: unknown = tool.run(args, call);
      if (isObservable(given) || Array.isArray(given)) return given;
      this.misuse = new TypeError(
        `simulate: expected '${tool.name}' to give an Observable or an array, since promises do not settle in virtual time; say its work instead`,
      );
      return [];
    };
  }

  private random(of: string): () => number {
    return seededRandom(mixed(this.options.seed, of));
  }
}

/** The tool, doing something else; what it gives then is not what its output codec is for. */
function replaced(tool: AnyTool, run: AnyTool['run']): AnyTool {
  return defineTool({ ...tool, run } as never);
}

function wholeMs(ms: number): number {
  return ms > 0 ? Math.round(ms) : 0;
}

function share(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name}: expected a share from 0 to 1, got ${value}`);
}

function checkNames(option: string, given: readonly string[], names: readonly string[]): void {
  const unknown = given.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`${option}: expected the names of tools, ${names.join(', ')}, got '${unknown}'`);
}

/** A seed for each purpose, so that drawing for one changes nothing for the others (FNV-1a). */
function mixed(seed: number, purpose: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of purpose) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
