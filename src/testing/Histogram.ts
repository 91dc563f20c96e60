/** What is known of many durations. */
export interface Quantiles {
  readonly count: number;
  /** In ms, like all below; 0 where there were none. Exact. */
  readonly mean: number;
  /** Exact. */
  readonly min: number;
  /** At most 1 % off, like the other quantiles: half of all took no longer. */
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  /** Exact. */
  readonly max: number;
}

/** A cell is as wide as a 64th of the power of two that it lies in, so its middle is at most 1/128 off. */
const bitsOfCell = 6;
/** The exponents of a double from 2^-20, a nanosecond of a ms, up to 2^44, some 500 years. */
const lowest = (1_023 - 20) << bitsOfCell;
const cells = 64 << bitsOfCell;

/**
 * Counts durations in cells that grow with them, as an HDR histogram does (Gil Tene, 2012): millions of them in 32 kB,
 * and each quantile at most 1 % off.
 */
export class Histogram {
  private readonly counts = new Float64Array(cells);
  /** Those of no time at all. */
  private zeros = 0;
  private count = 0;
  private sum = 0;
  private min = Infinity;
  private max = 0;
  private readonly bits = new DataView(new ArrayBuffer(8));

  /** @param ms - At least 0. */
  add(ms: number): void {
    this.count++;
    this.sum += ms;
    if (ms < this.min) this.min = ms;
    if (ms > this.max) this.max = ms;
    if (ms > 0) {
      const cell = this.cellOf(ms);
      this.counts[cell] = (this.counts[cell] ?? 0) + 1;
    } else {
      this.zeros++;
    }
  }

  /** The duration that a share of all do not exceed: 0.5 is the median. */
  quantile(share: number): number {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.count));
    let passed = this.zeros;
    if (passed >= rank) return 0;
    for (let cell = 0; cell < cells; cell++) {
      passed += this.counts[cell] ?? 0;
      if (passed >= rank) return Math.min(this.max, Math.max(this.min, this.middleOf(cell)));
    }
    return this.max;
  }

  summary(): Quantiles {
    const { count, sum, max } = this;
    return {
      count,
      mean: count === 0 ? 0 : sum / count,
      min: count === 0 ? 0 : this.min,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      p999: this.quantile(0.999),
      max,
    };
  }

  /** The exponent and the first bits of the mantissa of a double grow with it: together they are the cell's number. */
  private cellOf(ms: number): number {
    this.bits.setFloat64(0, ms);
    const cell = (this.bits.getUint32(0) >>> (20 - bitsOfCell)) - lowest;
    return Math.min(cells - 1, Math.max(0, cell));
  }

  private middleOf(cell: number): number {
    const at = (index: number): number => {
      this.bits.setUint32(0, (index + lowest) << (20 - bitsOfCell));
      this.bits.setUint32(4, 0);
      return this.bits.getFloat64(0);
    };
    return (at(cell) + at(cell + 1)) / 2;
  }
}
