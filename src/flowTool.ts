import type * as t from 'io-ts';
import { takeLast } from 'rxjs';
import { object } from '../operators/gates/argument.js';
import type { Flow } from './flow.js';
import { type AnyTool, defineTool, type ToolSettings } from './tool.js';

/** What makes a tool of a flow: what `defineTool` takes, but for `run`, and with no timeout unless one is given. */
export type FlowToolSettings<Name extends string = string, Input extends t.Mixed = t.Mixed> = ToolSettings<Name, Input>;

/** A tool that runs a flow, in the orchestrator that runs the tool. */
export function toolOfFlow(flow: Flow<object>, settings: FlowToolSettings): AnyTool {
  if (Object.hasOwn(object('settings', settings), 'run')) {
    throw new TypeError('run: expected none, since it is the flow that is run');
  }
  return defineTool({
    timeoutMs: Infinity,
    ...settings,
    run: (input, call) => call.run(flow, input as object).pipe(takeLast(1)),
  });
}
