/** What came of a step that has not failed. */
export type Outcome =
  /** `fellBack`: it is the step's fallback. `resumed`: an earlier run has done it. */
  | { readonly kind: 'done'; readonly output: unknown; readonly fellBack?: true; readonly resumed?: true }
  | { readonly kind: 'skipped' };
