// The same examples in every run: a mutant that only a rare one finds would otherwise be found in one run and not in
// the next, and the score with it.
require('fast-check').configureGlobal({ seed: 1 });
