import { type Either, isLeft, right } from 'fp-ts/Either';
import type { CallHost } from './callHost.js';
import { decodeFlow, isDecoded } from './decodeFlow.js';
import { InvalidFlow } from './error.js';
import { shorten } from './fault.js';
import type { Flow } from './flow.js';
import { isBuilt } from './flowBuilder.js';
import { faultsOfFlow } from './flowFaults.js';
import { isPlainObject } from './resolve.js';
import type { AnyTool } from './tool.js';

/** What a flow has been found to be sound with: the registered tools, and the keys of the input. */
interface Soundness {
  readonly tools: readonly AnyTool[];
  readonly inputKeys: readonly string[];
}

/**
 * A flow that has been read, and with what it has last been checked: a flow does not change, so that nothing is done
 * twice as long as the tools and the keys of the input are the same.
 */
export class ReadyFlow {
  private sound: Soundness | undefined;

  /** The keys of its steps. */
  readonly keys: readonly string[];

  /** @param read - The flow, or what is wrong with the data. */
  constructor(readonly read: Either<InvalidFlow, Flow>) {
    this.keys = isLeft(read) ? [] : read.right.steps.map(({ outputKey }) => outputKey);
  }

  /** What would go wrong; undefined: nothing that can be foreseen. */
  check(host: CallHost, input: unknown): InvalidFlow | undefined {
    if (isLeft(this.read)) return this.read.left;
    const flow = this.read.right;
    if (!isPlainObject(input)) {
      const faults = [{ path: 'input', message: `expected a plain object, got ${shorten(input)}` }];
      return new InvalidFlow({ flow: flow.name, faults });
    }
    const inputKeys = Object.keys(input);
    const { tools } = host;
    if (this.sound?.tools === tools && sameKeys(this.sound.inputKeys, inputKeys)) return undefined;
    const isTool = (tool: string): boolean => host.find(tool) !== undefined;
    const faults = faultsOfFlow(flow, { inputKeys, isTool, closestTools: host.closest });
    if (faults.length > 0) return new InvalidFlow({ flow: flow.name, faults });
    this.sound = { tools, inputKeys };
    return undefined;
  }
}

/** The flows that a host has run, as far as they cannot change. */
const known = new WeakMap<CallHost, WeakMap<object, ReadyFlow>>();

/** @param flow - A flow, or anything that `decodeFlow` is to read first. */
export function readyFlow(host: CallHost, flow: unknown): ReadyFlow {
  const isBuiltFlow = isBuilt(flow);
  if (!isBuiltFlow && !isDecoded(flow)) return new ReadyFlow(decodeFlow(flow, host.flowBounds));
  const flows = known.get(host) ?? new WeakMap<object, ReadyFlow>();
  known.set(host, flows);
  const before = flows.get(flow);
  if (before) return before;
  const ready = new ReadyFlow(isBuiltFlow ? right(flow) : decodeFlow(flow, host.flowBounds));
  flows.set(flow, ready);
  return ready;
}

function sameKeys(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((key, index) => key === others[index]);
}
