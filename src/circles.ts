import type { Step } from './flow.js';
import { neededPositions } from './stepNeeds.js';

/** Steps that wait for one another. */
export interface Circle {
  /** The first of them, in the order of the flow. */
  readonly position: number;
  /** Which they are, in the order of waiting. */
  readonly message: string;
}

/** For each step the positions of those that it waits for; but not of itself, which is a fault of another kind. */
type Needs = readonly (readonly number[])[];

/**
 * The circles of steps that wait for one another, in the order of the flow: one for each set of steps of which every one
 * waits for every other. Takes a time that grows as the steps and what they need, and no more of the stack.
 */
export function circlesIn(steps: readonly Step[]): readonly Circle[] {
  const needs = neededPositions(steps).map((positions, index) => positions.filter((position) => position !== index));
  return entangled(needs)
    .map((members) => ({ members, position: members.reduce((a, b) => Math.min(a, b)) }))
    .sort((a, b) => a.position - b.position)
    .map(({ members, position }) => {
      const circle = shortestFrom(position, new Set(members), needs);
      const keys = circle.map((index) => `'${(steps[index] as Step).outputKey}'`);
      const shown = keys.length > 12 ? [...keys.slice(0, 11), '…'] : keys;
      return { position, message: `waits for itself: ${shown.join(' → ')}` };
    });
}

/** Sets of several that wait for one another: strongly connected components. Source: Tarjan 1972, with a stack of its own. */
function entangled(needs: Needs): readonly (readonly number[])[] {
  const found: (readonly number[])[] = [];
  /** In which order they were come upon, from 1. */
  const order = new Array<number>(needs.length).fill(0);
  /** The earliest of the open ones that can be reached. */
  const earliest = new Array<number>(needs.length).fill(0);
  /** Come upon, and in no set yet. */
  const open: number[] = [];
  const isOpen = new Array<boolean>(needs.length).fill(false);
  /** The way down to the one that is looked at, each with how many of its needs have been. */
  const path: { readonly at: number; looked: number }[] = [];
  let count = 0;
  const enter = (at: number): void => {
    order[at] = earliest[at] = ++count;
    open.push(at);
    isOpen[at] = true;
    path.push({ at, looked: 0 });
  };
  const lower = (at: number, to: number): void => {
    earliest[at] = Math.min(earliest[at] as number, to);
  };
  for (let start = 0; start < needs.length; start++) {
    if (order[start] === 0) enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { at } = top;
      const next = needs[at]?.[top.looked++];
      if (next === undefined) {
        path.pop();
        const above = path.at(-1);
        if (above) lower(above.at, earliest[at] as number);
        if (earliest[at] !== order[at]) continue;
        const members = open.splice(open.lastIndexOf(at));
        for (const member of members) isOpen[member] = false;
        if (members.length > 1) found.push(members);
      } else if (order[next] === 0) enter(next);
      else if (isOpen[next]) lower(at, order[next] as number);
    }
  }
  return found;
}

/** The shortest way from a step back to itself among those that are entangled with it; both ends are in it. */
function shortestFrom(start: number, members: ReadonlySet<number>, needs: Needs): readonly number[] {
  /** By which each was reached first. */
  const reachedBy = new Map<number, number>();
  const queue = [start];
  for (let head = 0; !reachedBy.has(start); head++) {
    const at = queue[head] as number;
    for (const next of needs[at] as readonly number[]) {
      if (!members.has(next) || reachedBy.has(next)) continue;
      reachedBy.set(next, at);
      queue.push(next);
    }
  }
  const circle = [start];
  let at = start;
  do {
    at = reachedBy.get(at) as number;
    circle.push(at);
  } while (at !== start);
  return circle.reverse();
}
