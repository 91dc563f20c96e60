import { plan } from 'toolstream';
import type { createTools } from './tools.js';

/** How many files a step has open at once. */
const concurrency = 32;

/**
 * Eleven steps. Seven of them need nothing but the list of files, for each of which they make a call: those run at the
 * same time. Who needs what is read off the references.
 */
export function statisticsWith(tools: ReturnType<typeof createTools>) {
  return plan<{ root: string }>('statistics')
    .step('files', tools.listFiles, ($) => ({ root: $.root }))
    .step('sizes', tools.measureSize, { each: ($) => $.files, concurrency }, ($) => ({ root: $.root, file: $.item }))
    .step('words', tools.countWords, { each: ($) => $.files, concurrency }, ($) => ({ root: $.root, file: $.item }))
    .step('lines', tools.findLongestLine, { each: ($) => $.files, concurrency }, ($) => ({
      root: $.root,
      file: $.item,
    }))
    .step('digests', tools.digest, { each: ($) => $.files, concurrency }, ($) => ({ root: $.root, file: $.item }))
    .step('compressed', tools.measureCompressed, { each: ($) => $.files, concurrency }, ($) => ({
      root: $.root,
      file: $.item,
    }))
    .step('notes', tools.countNotes, { each: ($) => $.files, concurrency }, ($) => ({ root: $.root, file: $.item }))
    .step('imports', tools.readImports, { each: ($) => $.files, concurrency }, ($) => ({ root: $.root, file: $.item }))
    .step('duplicates', tools.findDuplicates, ($) => ({ digests: $.digests }))
    .step('imported', tools.findMostImported, ($) => ({ imports: $.imports }))
    .step('report', tools.writeReport, ($) => ({
      sizes: $.sizes,
      compressed: $.compressed,
      words: $.words,
      lines: $.lines,
      duplicates: $.duplicates,
      notes: $.notes,
      imported: $.imported,
    }));
}
