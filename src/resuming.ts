import type { FlowFault } from './error.js';
import type { Flow, Step } from './flow.js';
import { lost, type RecordedCalls } from './recordedCalls.js';
import { stableKey } from '../operators/stableKey.js';
import { shorten } from './fault.js';
import { snapshot } from './json.js';
import { callIdOf } from './runIds.js';
import { digestOf } from './stepDigest.js';
import type { AnyTool } from './tool.js';

/**
 * Why a run cannot be gone on with: it had another input, a step that had started is gone or says something else now, or
 * what it has given is not in the events as it was.
 */
export function faultsOfResuming(
  flow: Flow,
  input: unknown,
  runId: string,
  recorded: RecordedCalls,
  findTool: (name: string) => AnyTool | undefined,
): readonly FlowFault[] {
  const start = recorded.startOf(runId);
  if (!start) return [];
  const before = new Map(start.steps.map((key, index) => [key, start.digests?.[index]]));
  const now = new Map(flow.steps.map((step, index) => [step.outputKey, { step, path: `steps[${String(index)}]` }]));
  const faults: FlowFault[] = [];
  if (start.input !== undefined && start.inexact === undefined && keyOf(start.input) !== keyOf(input)) {
    faults.push({ path: 'input', message: `expected that of the run, ${shorten(start.input)}, got ${shorten(input)}` });
  }
  for (const key of recorded.startedSteps(runId)) {
    const found = now.get(key);
    if (!found) {
      faults.push({ path: 'steps', message: `step '${key}' had started, and is no longer in the flow` });
      continue;
    }
    const { step, path } = found;
    if (before.get(key) !== digestOf(step)) {
      faults.push({ path, message: `step '${key}' had started, and says something else now` });
      continue;
    }
    const loss = lossOf(step, runId, recorded, findTool(step.tool));
    if (loss !== undefined) faults.push({ path, message: `what step '${key}' had given ${loss}` });
  }
  return faults;
}

function lossOf(step: Step, runId: string, recorded: RecordedCalls, tool: AnyTool | undefined): string | undefined {
  const { outputKey, take, each } = step;
  if (recorded.fellBack(runId, outputKey)) return undefined;
  // How many elements there are, only the run knows.
  const isLost = each === undefined && recorded.isDone(runId, outputKey);
  if (isLost && !recorded.resultOf(callIdOf(runId, outputKey), take)) return lost;
  for (const result of recorded.resultsOf(runId, outputKey, take)) {
    const loss = result.lossOf(take, tool);
    if (loss !== undefined) return loss;
  }
  return undefined;
}

function keyOf(input: unknown): string {
  return stableKey(snapshot(input, { maxLength: Infinity, maxDepth: Infinity }));
}
