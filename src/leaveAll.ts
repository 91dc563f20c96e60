import { Subscription, type TeardownLogic } from 'rxjs';

/**
 * Leaves all of them, the latest first: it may be waiting for what one before it holds. What one throws as it is torn
 * down keeps none of the others going, and is thrown at the end, as RxJS throws it.
 */
export function leaveAll(some: readonly TeardownLogic[]): void {
  const leaving = new Subscription();
  for (let index = some.length - 1; index >= 0; index--) leaving.add(some[index]);
  leaving.unsubscribe();
}
