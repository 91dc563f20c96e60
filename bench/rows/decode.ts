import * as t from 'io-ts';
import { compileCodec } from '../../src/index.js';
import type { BenchRow } from '../BenchRow.js';
import { interleave } from '../interleave.js';

/** A nested object of twelve fields. */
const Order = t.type({
  id: t.string,
  total: t.number,
  paid: t.boolean,
  status: t.keyof({ open: null, sent: null }),
  customer: t.type({
    name: t.string,
    email: t.string,
    address: t.type({ street: t.string, city: t.string, zip: t.union([t.string, t.number]) }),
  }),
  tags: t.array(t.string),
});

const order: unknown = {
  id: 'o-1',
  total: 12.5,
  paid: true,
  status: 'open',
  customer: {
    name: 'Ada',
    email: 'ada@example.com',
    address: { street: 'Main Street 1', city: 'London', zip: 'N1' },
  },
  tags: ['new', 'gift'],
};

/** Decoding, with io-ts and compiled. */
export const row: BenchRow = {
  async measure() {
    const Compiled = compileCodec(Order);
    let accepted = 0;
    const repeat =
      ({ decode }: t.Decoder<unknown, unknown>) =>
      (times: number): void => {
        for (let decoding = 0; decoding < times; decoding++) if (decode(order)._tag === 'Right') accepted++;
      };
    const rounds = await interleave({ ioTs: repeat(Order), compiled: repeat(Compiled) });
    if (accepted === 0) throw new Error('expected the order to be accepted, got a refusal');
    return [
      { id: 'decode', work: 'decoding a nested object of 12 fields', unit: 'x', ...rounds.speed('compiled', 'ioTs') },
      { id: 'decode.us', work: 'one such decoding, compiled', unit: 'us', ...rounds.micros('compiled') },
    ];
  },
};
