import { from, of } from 'rxjs';
import { createOrchestrator, type FlowData, type StepData } from '../../src/index.js';
import { toolOf } from './stage.js';

/** `deep`: each step needs the one before it; `backwards`: the one behind it; `wide`: none; `each`: one step for all. */
export type Shape = 'deep' | 'backwards' | 'wide' | 'each' | 'arriving';
/** How calls answer: at once, a microtask later, or now this and now that. */
export type Pace = 'sync' | 'async' | 'mixed';

/** What came of a long plan. */
export interface LongRun {
  readonly emitted: number;
  readonly keys: number;
  /** The sum of all that was given. */
  readonly sum: number;
}

/** Runs a plan of so many steps, or one step with so many elements. Each gives 1, or one more than the step that it needs. */
export async function runLongPlan(length: number, shape: Shape, pace: Pace, history = 0): Promise<LongRun> {
  const later = toolOf((n) => from(Promise.resolve((n as number) + 1)), { name: 'later' });
  const now = toolOf((n) => of((n as number) + 1), { name: 'now' });
  let calls = 0;
  const either = toolOf(
    (n) => (pace === 'async' || calls++ % 3 === 0 ? from(Promise.resolve((n as number) + 1)) : of((n as number) + 1)),
    {
      name: 'either',
    },
  );
  const orchestrator = createOrchestrator({ tools: [later, now, either], history: { capacity: history } });
  const isLater = (index: number): boolean => pace === 'async' || (pace === 'mixed' && index % 3 === 0);
  const needOf = (index: number): unknown => {
    if (shape === 'deep' && index > 0) return `$k${index - 1}`;
    if ((shape === 'backwards' || shape === 'arriving') && index < length - 1) return `$k${index + 1}`;
    return 0;
  };
  const steps: readonly StepData[] =
    shape === 'each'
      ? [{ tool: pace === 'sync' ? 'now' : 'either', outputKey: 'all', each: '$zeros', arguments: '$item' }]
      : Array.from({ length }, (_, index) => ({
          tool: isLater(index) ? 'later' : 'now',
          arguments: needOf(index),
          outputKey: `k${index}`,
        }));
  const input = shape === 'each' ? { zeros: new Array(length).fill(0) } : {};
  const flow: FlowData = { kind: 'plan', steps };
  let emitted = 0;
  let result: Readonly<Record<string, unknown>> = {};
  await new Promise<void>((resolve, reject) => {
    const run$ = shape === 'arriving' ? orchestrator.runSteps(steps, input) : orchestrator.run(flow, input);
    run$.subscribe({
      next: (context) => {
        emitted++;
        result = context;
      },
      error: reject,
      complete: resolve,
    });
  });
  const outputs = (shape === 'each' ? result['all'] : Object.values(result)) as readonly number[];
  return { emitted, keys: outputs.length, sum: outputs.reduce((sum, each) => sum + each, 0) };
}
