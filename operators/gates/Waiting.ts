/** A place in a gate's queue. */
export interface Waiting {
  /**
   * When it will be served if nobody ahead leaves, in the clock's ms; with weighted costs, at the earliest. Undefined
   * where the gate cannot know.
   */
  readonly availableAt?: number;
  /** Leaves the queue at once; what comes behind moves up. Nothing happens when it was served before. */
  cancel(): void;
}
