/**
 * SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. Source: FIPS 180-4. Hosts offer it only as a promise, or
 * not in all of them; a request for approval needs it in the same tick.
 */
export function sha256(text: string): string {
  const words = padded(encoder.encode(text));
  const state = Int32Array.from(initial);
  for (let block = 0; block < words.length; block += 16) compress(state, words, block);
  let digest = '';
  for (const word of state) digest += (word >>> 0).toString(16).padStart(8, '0');
  return digest;
}

const encoder = new TextEncoder();

/** The first 32 bits of the fractional parts of a root of each of the first primes. */
function fractions(count: number, root: number): Uint32Array {
  const values = new Uint32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) values[found++] = (candidate ** (1 / root) % 1) * 2 ** 32;
  }
  return values;
}

const initial = fractions(8, 2);
/** Signed, as are all words below: the host adds and rotates those without leaving integers. */
const constants = Int32Array.from(fractions(64, 3));

/** The message, a one bit, zeros, and its length in bits: a multiple of sixteen words. */
function padded(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(Math.ceil((bytes.length + 9) / 64) * 16);
  for (let index = 0; index < bytes.length; index++) {
    words[index >> 2] = (words[index >> 2] as number) | ((bytes[index] as number) << (24 - (index % 4) * 8));
  }
  const end = bytes.length;
  words[end >> 2] = (words[end >> 2] as number) | (0x80 << (24 - (end % 4) * 8));
  words[words.length - 2] = Math.floor(bytes.length / 2 ** 29);
  words[words.length - 1] = bytes.length << 3;
  return words;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The schedule of the block that is being compressed. Nothing else runs meanwhile, so that one is enough. */
const schedule = new Int32Array(64);

function compress(state: Int32Array, words: Int32Array, block: number): void {
  const w = schedule;
  const at = (index: number): number => w[index] as number;
  for (let index = 0; index < 16; index++) w[index] = words[block + index] as number;
  for (let index = 16; index < 64; index++) {
    const s0 = rotate(at(index - 15), 7) ^ rotate(at(index - 15), 18) ^ (at(index - 15) >>> 3);
    const s1 = rotate(at(index - 2), 17) ^ rotate(at(index - 2), 19) ^ (at(index - 2) >>> 10);
    w[index] = (at(index - 16) + s0 + at(index - 7) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let index = 0; index < 64; index++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + (constants[index] as number) + at(index)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const after = [a, b, c, d, e, f, g, h];
  for (let index = 0; index < 8; index++) state[index] = (state[index] as number) + (after[index] as number);
}
