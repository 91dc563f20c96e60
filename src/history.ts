/** The latest `capacity` items, in a ring that grows as it is filled. Older ones go, and are counted. */
export class History<T> {
  private readonly items: T[] = [];
  /** Where the oldest stands. */
  private first = 0;
  private lost = 0;

  /** @param capacity - A whole number, 0 or more. */
  constructor(readonly capacity: number) {}

  /** How many are kept. */
  get size(): number {
    return this.items.length;
  }

  /** How many have gone to make room. */
  get dropped(): number {
    return this.lost;
  }

  push(item: T): void {
    if (this.capacity === 0) return;
    if (this.items.length < this.capacity) {
      this.items.push(item);
      return;
    }
    this.items[this.first] = item;
    this.first = (this.first + 1) % this.capacity;
    this.lost++;
  }

  /** What is kept now, oldest first. */
  toArray(): T[] {
    return this.items.slice(this.first).concat(this.items.slice(0, this.first));
  }
}
