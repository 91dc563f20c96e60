// Property tests try other examples in each run, so that over time they find what is rare. Where PROPERTY_SEED is set,
// as in CI and where mutants are made, they try the same ones each time: a red run can then be had again, and is the
// fault of the change.
const seed = process.env.PROPERTY_SEED;
if (seed) require('fast-check').configureGlobal({ seed: Number(seed) });
