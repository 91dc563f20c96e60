import type { FlowFault } from './error.js';

/** Tells of a fault: where, and what. */
export type TellFault = (path: string, message: string) => void;

/** An error lists this many faults: data that is wrong all through has one for each of its values. */
const maxFaults = 100_000;

class Full extends Error {}

/** The faults that are found, until there are more than an error lists. */
export class FaultList {
  readonly faults: FlowFault[] = [];

  /** Notes a fault. Ends {@link FaultList.collect} where there are too many. */
  readonly tell: TellFault = (path, message) => {
    if (this.faults.length < maxFaults) this.faults.push({ path, message });
    else throw new Full();
  };

  /** True for what {@link FaultList.tell} throws. */
  isFull(error: unknown): boolean {
    return error instanceof Full;
  }

  /** Looks for faults; undefined where there were too many to go on. */
  collect<T>(look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      if (!this.isFull(error)) throw error;
      this.faults.push({ path: '', message: 'and more; no further fault was looked for' });
      return undefined;
    }
  }
}
