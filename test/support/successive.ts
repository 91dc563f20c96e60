import { defer, type Observable } from 'rxjs';

/** A source whose first subscription is one to the first of these, the second to the second, and so on. */
export function successive<T>(sources: readonly Observable<T>[]): Observable<T> {
  const left = [...sources];
  return defer(() => {
    const next$ = left.shift();
    if (!next$) throw new Error(`expected at most ${String(sources.length)} subscriptions`);
    return next$;
  });
}
