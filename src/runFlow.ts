import { isLeft } from 'fp-ts/Either';
import { Observable } from 'rxjs';
import type { CallHost, RunRequest } from './callHost.js';
import { ChainRun } from './ChainRun.js';
import type { Context } from './context.js';
import { InvalidFlow, NotResumable } from './error.js';
import type { Flow } from './flow.js';
import { FlowRun } from './FlowRun.js';
import { PlanRun } from './PlanRun.js';
import { type ReadyFlow, readyFlow } from './readyFlow.js';
import { faultsOfResuming } from './resuming.js';
import { type Activity, type RunDetails, RunEvents, type RunListener } from './RunEvents.js';
import { RunId } from './runIds.js';
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
  return new Observable((subscriber) => {
    const id = new RunId(host.ids, of.runId);
    const ready = readyFlow(host, flow);
    const { kind, name, steps, keys } = headingOf(ready);
    const resumed = of.recorded?.startOf(id.text) !== undefined;
    // Before any event: what the run says of itself is what it can be resumed with, also where that is refused now.
    if (resumed) checkResuming(host, checked(host, ready, input, of), input, id.text, of);
    const details = (): RunDetails => ({
      ...detailsOf(host, { kind, name, steps }, input),
      ...(resumed ? { resumed } : {}),
    });
    const run = { id, kind, name, steps: keys, parentId: of.parentId, details };
    new RunEvents<Context>(host, run, subscriber).start((listener) => {
      const sound = checked(host, ready, input, of);
      return activityOf(new FlowRun(host, id, input as object, of), sound, listener);
    });
  });
}

function activityOf(run: FlowRun, flow: Flow, listener: RunListener<Context>): Activity {
  if (flow.kind === 'chain' || flow.steps.length === 0) return new ChainRun(run, flow, listener);
  const { name, concurrency = Infinity, failFast = false, steps } = flow;
  return new PlanRun(run, { name, concurrency, failFast }, listener, steps);
}

/** What the run says of itself, also where the flow could not be read. */
function headingOf({
  read,
  keys,
}: ReadyFlow): Pick<Flow, 'kind' | 'name' | 'steps'> & { readonly keys: readonly string[] } {
  if (isLeft(read)) return { kind: 'chain', name: read.left.flow, steps: [], keys };
  const { kind, name, steps } = read.right;
  return { kind, name, steps, keys };
}

/** @throws InvalidFlow where something would go wrong that can be foreseen. */
function checked(host: CallHost, ready: ReadyFlow, input: unknown, { nesting = 0 }: RunRequest): Flow {
  if (isLeft(ready.read)) throw ready.read.left;
  const flow = ready.read.right;
  if (nesting > maxNesting) {
    const message = `expected at most ${String(maxNesting)} flows inside of one another, got more`;
    throw new InvalidFlow({ flow: flow.name, faults: [{ path: '', message }] });
  }
  const invalid = ready.check(host, input);
  if (invalid) throw invalid;
  return flow;
}

/** @throws NotResumable where the run cannot be gone on with. */
function checkResuming(host: CallHost, flow: Flow, input: unknown, runId: string, { recorded }: RunRequest): void {
  const losses = recorded ? faultsOfResuming(flow, input, runId, recorded, (tool) => host.find(tool)?.tool) : [];
  if (losses.length > 0) throw new NotResumable({ flow: flow.name, faults: losses });
}

function detailsOf(
  host: CallHost,
  { kind, name, steps }: Pick<Flow, 'kind' | 'name' | 'steps'>,
  input: unknown,
): RunDetails {
  const { shown, ...exactness } = host.showExactly(input, { tool: name, part: 'input' });
  return {
    ...(kind === 'plan' ? { dependencies: neededPositions(steps) } : {}),
    digests: steps.map(digestOf),
    input: shown,
    ...exactness,
  };
}
