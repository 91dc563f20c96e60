import { isLeft, right } from 'fp-ts/Either';
import { defer, Observable } from 'rxjs';
import type { CallHost, RunRequest } from './callHost.js';
import { type Context, ContextLog } from './context.js';
import { decodeFlow } from './decodeFlow.js';
import { InvalidFlow, NotResumable } from './error.js';
import { shorten } from './fault.js';
import type { Flow } from './flow.js';
import { isBuilt } from './flowBuilder.js';
import { faultsOfFlow } from './flowFaults.js';
import { PlanRun } from './PlanRun.js';
import { isPlainObject } from './resolve.js';
import { faultsOfResuming } from './resuming.js';
import { type Advanced, type RunDetails, withRunEvents } from './run.js';
import { runChain } from './runChain.js';
import type { FlowRun } from './runStep.js';
import { digestOf } from './stepDigest.js';
import { neededPositions } from './stepNeeds.js';

/** A flow that makes a tool of a flow that makes a tool … ends here. */
const maxNesting = 32;

/**
 * Runs a flow. Emits the context after each step; a flow without steps gives its input. The flow is checked first, and
 * nothing runs where it has a fault.
 *
 * Errors with InvalidFlow, with NotResumable where calls of an earlier run are given that it cannot go on with, or with
 * ChainFailed or PlanFailed, which hold the context so far.
 *
 * @param flow - A flow, or anything that `decodeFlow` is to read first.
 */
export function runFlow(host: CallHost, flow: unknown, input: unknown, of: RunRequest = {}): Observable<Context> {
  const { recorded, parentId, nesting = 0 } = of;
  return defer(() => {
    const runId = of.runId ?? host.nextRunId();
    const decoded = isBuilt(flow) ? right(flow) : decodeFlow(flow, host.flowBounds);
    const { kind, name, steps }: Pick<Flow, 'kind' | 'name' | 'steps'> = isLeft(decoded)
      ? { kind: 'chain', name: decoded.left.flow, steps: [] }
      : decoded.right;
    const check = (): Flow => {
      if (isLeft(decoded)) throw decoded.left;
      const faults = faultsOf(host, decoded.right, input, nesting);
      if (faults.length > 0) throw new InvalidFlow({ flow: name, faults });
      return decoded.right;
    };
    const before = recorded?.startOf(runId) ? recorded : undefined;
    // Before any event: what the run says of itself is what it can be resumed with, also where that is refused now.
    if (before) {
      const losses = faultsOfResuming(check(), input, runId, before, (tool) => host.find(tool)?.tool);
      if (losses.length > 0) throw new NotResumable({ flow: name, faults: losses });
    }
    const resumed = before ? ({ resumed: true } as const) : {};
    const details = (): RunDetails => ({ ...detailsOf(host, name, kind, steps, input), ...resumed });
    const keys = steps.map(({ outputKey }) => outputKey);
    return withRunEvents(host, { runId, kind, name, steps: keys, parentId, details }, (advanced) => {
      const checked = check();
      const log = new ContextLog(input as object);
      return contextsOf({ host, runId, log, skipped: new Set(), recorded, nesting }, checked, advanced);
    });
  });
}

function contextsOf(run: FlowRun, flow: Flow, advanced: Advanced): Observable<Context> {
  if (flow.kind === 'chain' || flow.steps.length === 0) return runChain(run, flow, advanced);
  const { name, concurrency = Infinity, failFast = false, steps } = flow;
  return new Observable((subscriber) => {
    new PlanRun(run, { name, concurrency, failFast }, subscriber, advanced).runAll(steps);
  });
}

function faultsOf(host: CallHost, flow: Flow, input: unknown, nesting: number): InvalidFlow['faults'] {
  if (nesting > maxNesting) {
    return [{ path: '', message: `expected at most ${String(maxNesting)} flows inside of one another, got more` }];
  }
  if (!isPlainObject(input)) return [{ path: 'input', message: `expected a plain object, got ${shorten(input)}` }];
  return faultsOfFlow(flow, {
    inputKeys: Object.keys(input),
    isTool: (tool) => host.find(tool) !== undefined,
    closestTools: host.closest,
  });
}

function detailsOf(host: CallHost, name: string, kind: Flow['kind'], steps: Flow['steps'], input: unknown): RunDetails {
  const { shown, ...exactness } = host.showExactly(input, { tool: name, part: 'input' });
  return {
    ...(kind === 'plan' ? { dependencies: neededPositions(steps) } : {}),
    digests: steps.map(digestOf),
    input: shown,
    ...exactness,
  };
}
