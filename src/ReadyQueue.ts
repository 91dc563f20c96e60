/** Positions that wait for their turn: the lowest is always the next. A binary heap: each in and out is logarithmic. */
export class ReadyQueue {
  private readonly heap: number[] = [];

  get size(): number {
    return this.heap.length;
  }

  add(position: number): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(position);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((heap[above] as number) <= position) break;
      heap[at] = heap[above] as number;
      at = above;
    }
    heap[at] = position;
  }

  /** Takes the lowest out; undefined where there is none. */
  next(): number | undefined {
    const { heap } = this;
    const lowest = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return lowest;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const below = right < heap.length && (heap[right] as number) < (heap[left] as number) ? right : left;
      if ((heap[below] as number) >= last) break;
      heap[at] = heap[below] as number;
      at = below;
    }
    heap[at] = last;
    return lowest;
  }
}
