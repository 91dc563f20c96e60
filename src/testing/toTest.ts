import { object } from '../../operators/gates/argument.js';
import type { ToolEvent } from '../event.js';
import { knownKeys } from '../knownKeys.js';
import type { AnyTool } from '../tool.js';
import { type Incident, incidentOf } from './incident.js';
import { type InferredSettings, inferredSettings } from './inferredSettings.js';
import { printTest } from './printTest.js';
import { rehearse, toolWith, type Turns } from './rehearse.js';
import { unitsOf } from './recordedUnit.js';
import { toMarbles } from './toMarbles.js';

/** How a test is made of a recording. */
export interface ToTestOptions {
  /** What the test is called. Default: `a recorded incident`. */
  readonly title?: string;
  /**
   * The tools as they are, whose limits the test is to be about; only what they do is taken from the recording. Default:
   * stand-ins with the limits that can be read from the recording.
   */
  readonly tools?: readonly AnyTool[];
  /** Where the test imports those tools from, each under its name in camel case: `../src/tools.js`. Needed with `tools`. */
  readonly toolsFrom?: string;
  /** Limits of stand-ins, by the tools' names, over what can be read from the recording. */
  readonly settings?: Readonly<Record<string, InferredSettings>>;
}

/**
 * A recording as a test for mocha, in TypeScript: the same calls at the same times, with fake tools that do what the
 * tools did then, and the diagram that has to come of it. It has been tried by then: a test that is returned passes.
 *
 * Not in it: reports of progress, and what tools did unheard after a timeout or a cancel. A test with stand-ins leaves
 * out calls with invalid arguments too, since it knows no codecs.
 *
 * @throws Error for a recording that does not happen again like this: where a tool has limits that cannot be read from
 * it (say them as `settings`, or give the `tools`), or did in one ms more than marble text can write.
 * @throws TypeError for an option that is unknown, and for `tools` without `toolsFrom`.
 *
 * @example
 * ```ts
 * writeFileSync('test/incident-417.test.ts', toTest(events, { title: 'incident 417' }));
 * ```
 */
export function toTest(events: readonly ToolEvent[], options: ToTestOptions = {}): string {
  knownKeys('an option of toTest', object('options', options), ['title', 'tools', 'toolsFrom', 'settings']);
  const { title = 'a recorded incident', tools, toolsFrom, settings: given = {} } = options;
  if ((tools === undefined) !== (toolsFrom === undefined)) {
    throw new TypeError('toTest: expected tools and toolsFrom, where the test imports them from, got only one of them');
  }
  const incident = incidentOf(events, tools !== undefined);
  if (incident.doings.length === 0) throw new Error('toTest: expected a recording with a call, got none');
  const settings = Object.fromEntries(
    incident.scripts.map(({ tool }) => [tool, { ...inferredSettings(tool, incident.events), ...given[tool] }]),
  );
  const make = (): readonly AnyTool[] =>
    incident.scripts.flatMap(({ tool }) =>
      tools ? tools.filter(({ name }) => name === tool) : [toolWith(tool, settings[tool] ?? {})],
    );
  const turns = turnsOf(incident, make);
  const picture = toMarbles(rehearse(incident, make(), turns)).picture();
  return printTest({ title, incident, settings, toolsFrom, turns, picture });
}

/** More turns than this nothing takes that happens within one ms. */
const mostTurns = 5;

/** Finds out in which turn of its ms everything has to be done for the recording to happen again. */
function turnsOf(incident: Incident, make: () => readonly AnyTool[]): Turns {
  const turns = new Map<number, number>();
  const times = new Set(incident.doings.flatMap(({ at, leftAt = at }) => [at, leftAt]));
  const expected = toldOf(incident.events);
  for (;;) {
    const actual = toldOf(rehearse(incident, make(), turns));
    const frame = [...new Set([...expected.keys(), ...actual.keys()])]
      .sort((a, b) => a - b)
      .find((at) => expected.get(at)?.join() !== actual.get(at)?.join());
    if (frame === undefined) return turns;
    const turn = (turns.get(frame) ?? 0) + 1;
    if (!times.has(frame) || turn > mostTurns) throw notAgain(frame, expected.get(frame), actual.get(frame));
    turns.set(frame, turn);
  }
}

function notAgain(frame: number, expected: readonly string[] = [], actual: readonly string[] = []): Error {
  const missing = expected.filter((told) => !actual.includes(told));
  const surplus = actual.filter((told) => !expected.includes(told));
  return new Error(
    `toTest: the recording does not happen again with these settings: at ${frame} ms expected ${missing.join(', ') || 'nothing'}, got ${surplus.join(', ') || 'nothing'}. Give the tools, or what is missing of their settings`,
  );
}

/** What happened at each time, in words. */
function toldOf(events: readonly ToolEvent[]): ReadonlyMap<number, readonly string[]> {
  const told = new Map<number, string[]>();
  for (const { id, tool, messages, events: recorded } of unitsOf(events)) {
    messages.forEach(({ frame, notification }, index) => {
      const value = notification.kind === 'N' ? ` ${JSON.stringify(notification.value)}` : '';
      const words = `${tool ?? 'run'} ${id} ${recorded[index]?.event.type ?? ''}${value}`;
      told.set(frame, [...(told.get(frame) ?? []), words].sort());
    });
  }
  return told;
}
