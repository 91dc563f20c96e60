/** What a check knows of a value without building anything. */
export type Verdict = 0 | 1 | 2;
/** io-ts would give this very value. */
export const accepted = 0;
/** io-ts would refuse it. */
const refused = 1;
/** Only io-ts knows: it would give another value, or the codec is not one that it made. Outweighs the other two. */
export const unsure = 2;

/**
 * Looks at a value. Goes on after what is wrong, as io-ts does: what comes later may leave it unsure, or throw, and
 * whoever asks then takes it for unsure.
 */
export type Check = (value: unknown) => Verdict;

/** The check of every codec that is not io-ts' own. */
export const asksIoTs: Check = () => unsure;

type Fields = Readonly<Record<string, unknown>>;
/**
 * Kinds of values that are told at a glance, as a set of bits: most fields are a matter of those alone, and need no call
 * of a check. NaN is of no kind: io-ts takes it for changed, as it is not equal to itself, and copies what it is in.
 */
const kinds = { string: 1, number: 2, boolean: 4, bigint: 8, function: 16, null: 32, undefined: 64 } as const;
type Kinds = number;

/** The checks that are a matter of kinds alone. */
const kindsOf = new WeakMap<Check, Kinds>();

/** Which kind a value is of, the frequent ones first; 0: of none. */
function kindOf(value: unknown): Kinds {
  if (typeof value === 'string') return kinds.string;
  if (typeof value === 'number') return Number.isNaN(value) ? 0 : kinds.number;
  if (typeof value === 'boolean') return kinds.boolean;
  if (value === null) return kinds.null;
  if (value === undefined) return kinds.undefined;
  if (typeof value === 'object') return 0;
  if (typeof value === 'bigint') return kinds.bigint;
  return typeof value === 'function' ? kinds.function : 0;
}

function isOfKind(value: unknown, wanted: Kinds): boolean {
  return (wanted & kindOf(value)) !== 0;
}

function kindsCheck(wanted: Kinds): Check {
  const check: Check = (value) => (isOfKind(value, wanted) ? accepted : Number.isNaN(value) ? unsure : refused);
  kindsOf.set(check, wanted);
  return check;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const anyCheck: Check = (value) => (Number.isNaN(value) ? unsure : accepted);
const nothingCheck = kindsCheck(kinds.undefined);

/** The checks of the codecs without parts, by their tags. */
export const leafChecks = {
  NullType: kindsCheck(kinds.null),
  UndefinedType: nothingCheck,
  VoidType: nothingCheck,
  UnknownType: anyCheck,
  AnyType: anyCheck,
  NeverType: () => refused,
  StringType: kindsCheck(kinds.string),
  NumberType: kindsCheck(kinds.number),
  BigIntType: kindsCheck(kinds.bigint),
  BooleanType: kindsCheck(kinds.boolean),
  FunctionType: kindsCheck(kinds.function),
  AnyArrayType: (value) => (Array.isArray(value) ? accepted : refused),
  AnyDictionaryType: (value) => (isRecord(value) ? accepted : refused),
} as const satisfies Readonly<Record<string, Check>>;

/** io-ts gives the literal, not the value: 0 for -0. */
export function literalCheck(literal: unknown): Check {
  if (literal !== 0) return (value) => (value === literal ? accepted : refused);
  return (value) => (value !== 0 ? refused : Object.is(value, literal) ? accepted : unsure);
}

/** For a few, looking at each is faster than a Set. */
function oneOfCheck(wanted: readonly unknown[]): Check {
  return (value) => {
    for (let index = 0; index < wanted.length; index++) if (wanted[index] === value) return accepted;
    return refused;
  };
}

export function keyofCheck(keys: object): Check {
  const names: readonly unknown[] = Object.getOwnPropertyNames(keys);
  if (names.length <= 8) return oneOfCheck(names);
  const known = new Set(names);
  return (value) => (known.has(value) ? accepted : refused);
}

/** A field that is not there and may be undefined is one that io-ts adds. */
export function typeOfFieldsCheck(fields: readonly (readonly [string, Check])[]): Check {
  const keys = fields.map(([key]) => key);
  const checks = fields.map(([, check]) => check);
  if (checks.includes(asksIoTs)) return asksIoTs;
  const wanted = checks.map((check) => kindsOf.get(check) ?? 0);

  /** Whatever the order of the fields, and whatever else there is. */
  const inAnyOrder = (value: Fields): Verdict => {
    let verdict: Verdict = accepted;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      const field = value[key];
      const ofField = (checks[index] as Check)(field);
      if (ofField === unsure || (ofField === accepted && field === undefined && !Object.hasOwn(value, key)))
        return unsure;
      if (ofField === refused) verdict = refused;
    }
    return verdict;
  };

  return (value) => {
    if (!isRecord(value)) return refused;
    // Where the fields come in the order of the codec, and none besides, reading them in a `for … in` is several times
    // as fast: the engine knows where each of them lies.
    let index = 0;
    for (const key in value) {
      if (key !== keys[index]) return inAnyOrder(value);
      const field = value[key];
      // What is undefined may be somebody's further up, and is no field then.
      if (field === undefined) return inAnyOrder(value);
      if (!isOfKind(field, wanted[index] as Kinds) && (checks[index] as Check)(field) !== accepted) {
        return inAnyOrder(value);
      }
      index++;
    }
    return index === keys.length ? accepted : inAnyOrder(value);
  };
}

/** A field that is not there, or is undefined, is right whatever its codec says. */
export function partialCheck(fields: readonly (readonly [string, Check])[]): Check {
  if (fields.some(([, check]) => check === asksIoTs)) return asksIoTs;
  return (value) => {
    if (!isRecord(value)) return refused;
    let verdict: Verdict = accepted;
    for (let index = 0; index < fields.length; index++) {
      const [key, check] = fields[index] as readonly [string, Check];
      const field = value[key];
      const ofField = check(field);
      if (ofField === unsure) return unsure;
      if (ofField === refused && field !== undefined) verdict = refused;
    }
    return verdict;
  };
}

/** @param props - The keys that stay; a value that has another is one that io-ts copies. */
export function exactCheck(check: Check, props: object | undefined): Check {
  if (check === asksIoTs || !props) return asksIoTs;
  return (value) => {
    if (!isRecord(value)) return refused;
    const verdict = check(value);
    if (verdict !== accepted) return verdict;
    for (const key of Object.getOwnPropertyNames(value)) if (!Object.hasOwn(props, key)) return unsure;
    return accepted;
  };
}

/** @param takesArrays - Where the values may be `any`, an array is a record too. */
export function recordCheck(domain: Check, codomain: Check, takesArrays: boolean): Check {
  if (domain === asksIoTs || codomain === asksIoTs) return asksIoTs;
  return (value) => {
    if (!isRecord(value)) return takesArrays && Array.isArray(value) ? accepted : refused;
    let verdict: Verdict = accepted;
    for (const key of Object.keys(value)) {
      const field = value[key];
      // A key that is not in the domain is dropped.
      if (domain(key) !== accepted) return unsure;
      const ofField = codomain(field);
      if (ofField === unsure) return unsure;
      if (ofField === refused) verdict = refused;
    }
    return verdict;
  };
}

export function arrayCheck(item: Check): Check {
  if (item === asksIoTs) return asksIoTs;
  const wanted = kindsOf.get(item) ?? 0;
  return (value) => {
    if (!Array.isArray(value)) return refused;
    const items: readonly unknown[] = value;
    const { length } = items;
    let verdict: Verdict = accepted;
    for (let index = 0; index < length; index++) {
      if (isOfKind(items[index], wanted)) continue;
      const ofItem = item(items[index]);
      if (ofItem === unsure) return unsure;
      if (ofItem === refused) verdict = refused;
    }
    return verdict;
  };
}

/** What is behind the last item is cut off by io-ts. */
export function tupleCheck(checks: readonly Check[]): Check {
  if (checks.includes(asksIoTs)) return asksIoTs;
  return (value) => {
    if (!Array.isArray(value)) return refused;
    if (value.length > checks.length) return unsure;
    const items: readonly unknown[] = value;
    let verdict: Verdict = accepted;
    for (let index = 0; index < checks.length; index++) {
      const ofItem = (checks[index] as Check)(items[index]);
      if (ofItem === unsure) return unsure;
      if (ofItem === refused) verdict = refused;
    }
    return verdict;
  };
}

/** The first member that does not refuse decides. */
export function unionCheck(members: readonly Check[]): Check {
  const known = members.map((member) => kindsOf.get(member) ?? 0);
  if (known.every((wanted) => wanted !== 0)) return kindsCheck(known.reduce((all, wanted) => all | wanted, 0));
  return (value) => {
    for (let index = 0; index < members.length; index++) {
      const verdict = (members[index] as Check)(value);
      if (verdict !== refused) return verdict;
    }
    return refused;
  };
}

/** The member that the tag names decides. */
export function taggedUnionCheck(tag: string, members: ReadonlyMap<unknown, Check>): Check {
  return (value) => {
    if (!isRecord(value)) return refused;
    const member = members.get(value[tag]);
    return member ? member(value) : refused;
  };
}

export function intersectionCheck(members: readonly Check[]): Check {
  if (members.includes(asksIoTs)) return asksIoTs;
  return (value) => {
    let verdict: Verdict = accepted;
    for (let index = 0; index < members.length; index++) {
      const ofMember = (members[index] as Check)(value);
      if (ofMember === unsure) return unsure;
      if (ofMember === refused) verdict = refused;
    }
    return verdict;
  };
}

export function refinementCheck(check: Check, predicate: (value: never) => unknown): Check {
  if (check === asksIoTs) return asksIoTs;
  return (value) => {
    const verdict = check(value);
    return verdict === accepted && !predicate(value as never) ? refused : verdict;
  };
}
