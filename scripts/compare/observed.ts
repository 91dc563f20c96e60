import { from, Observable } from 'rxjs';
import type { Work } from './Library.js';

/** Work as an Observable: subscribing calls it, unsubscribing fires its signal. */
export function observed(work: Work): Observable<unknown> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    subscriber.add(() => {
      controller.abort();
    });
    subscriber.add(from(work(controller.signal)).subscribe(subscriber));
  });
}

/** Subscribes; `signal` unsubscribes, and `ended` is called inside `complete`. */
export function subscribed(source: Observable<unknown>, signal?: AbortSignal, ended?: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const subscription = source.subscribe({
      error: reject,
      complete: () => {
        ended?.();
        resolve(undefined);
      },
    });
    signal?.addEventListener('abort', () => {
      subscription.unsubscribe();
      reject(new Unsubscribed());
    });
  });
}

/** The caller has unsubscribed, and needs not be told. */
class Unsubscribed extends Error {
  override readonly name = 'unsubscribed';
}
