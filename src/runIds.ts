import type { Ids } from './ids.js';

/** The id of a run; its text is made when somebody asks for it. */
export class RunId {
  private known: string | number;

  /** @param given - Default: a new one. */
  constructor(
    private readonly ids: Ids,
    given?: string,
  ) {
    this.known = given ?? ids.reserve();
  }

  get text(): string {
    return (this.known = this.ids.textOf(this.known));
  }
}

const escapes: Readonly<Record<string, string>> = { '%': '%25', '#': '%23', '/': '%2F' };

/**
 * The id of a step's call: the same each time that the run is made again, so that it can serve as idempotency key.
 *
 * @param item - The position of the element, in a step with `each`.
 */
export function callIdOf(runId: string, outputKey: string, item?: number): string {
  // A key may have any character, also those that set the position off, and the runs that the call makes.
  const key = outputKey.replace(/[%#/]/g, (character) => escapes[character] as string);
  return item === undefined ? `${runId}.${key}` : `${runId}.${key}#${String(item)}`;
}

/** The id of a run that an attempt of a call makes. `count` counts the runs of the attempt from 1. */
export function nestedRunId(callId: string, attempt: number, count: number): string {
  return `${callId}/${String(attempt)}${count === 1 ? '' : `-${String(count)}`}`;
}

/** True for the id of a run that an attempt of the call makes. */
export function isNestedIn(runId: string, callId: string): boolean {
  return runId.startsWith(`${callId}/`);
}

/** A step of a run, and the id of its call, which is made when it is read. */
export class StepId {
  constructor(
    private readonly run: RunId,
    readonly step: string,
  ) {}

  get callId(): string {
    return callIdOf(this.run.text, this.step);
  }
}
