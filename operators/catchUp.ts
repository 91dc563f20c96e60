import { Observable } from 'rxjs';

/** Something with a number that rises from one to the next. */
export interface Numbered {
  readonly seq: number;
}

/**
 * Emits what there is at the time of the subscription, then what comes: nothing twice, nothing left out, in the order
 * of `seq`, even when a handler causes more while it is being told of the past.
 *
 * @param past - What there is; read once, at the subscription.
 * @param live$ - What comes, in order; what `past` gave already is passed over.
 */
export function catchUp<T extends Numbered>(past: () => Iterable<T>, live$: Observable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    /** The last that was emitted. */
    let seq = -Infinity;
    /** What came while the past was being emitted; undefined as soon as that is done. */
    let meanwhile: T[] | undefined = [];
    /** The live stream has ended while the past was being emitted. */
    let ended = false;

    const emit = (value: T): void => {
      if (value.seq <= seq) return;
      seq = value.seq;
      subscriber.next(value);
    };

    const values = past();
    subscriber.add(
      live$.subscribe({
        next: (value) => {
          if (meanwhile) meanwhile.push(value);
          else emit(value);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          ended = true;
          if (!meanwhile) subscriber.complete();
        },
      }),
    );

    for (const value of values) {
      if (subscriber.closed) return;
      emit(value);
    }
    for (let index = 0; index < meanwhile.length; index++) emit(meanwhile[index] as T);
    meanwhile = undefined;
    if (ended) subscriber.complete();
  });
}
