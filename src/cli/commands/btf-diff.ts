import { type Btf, type BtfDiff, diffBtf, type UsesOfBoth } from '../../btf/index.ts';
import type { BpfObject } from '../../object/index.ts';
import { markObject, outcomeChanges, UsedTypes } from '../../relo/index.ts';
import { readBtfFile } from '../btf-file.ts';
import type { Context, Handler } from '../context.ts';
import { errFailed } from '../errors.ts';
import { openObjectFile } from '../object-file.ts';
import { btfDiffText } from '../render/btf-diff.ts';
import { btfDiffJson } from '../render/btf-diff-json.ts';
import { coloursFor } from '../render/colours.ts';
import { type ObjectOutcomes, outcomesJson, outcomesText } from '../render/outcomes.ts';
import type { Words } from '../words.ts';

/** `btf diff A B [used_by OBJ...]`: what changed between two BTFs, and what of it objects notice. */
export const btfDiff: Handler = async (context, words) => {
  words.needOrUsage(2);
  const paths = { before: words.take(), after: words.take() };
  const objects = takeObjects(context, words);
  const { io, options } = context;
  const base = options.baseBtf === undefined ? undefined : readBtfFile(io, options.baseBtf);
  const before = readBtfFile(io, paths.before, { base });
  const after = readBtfFile(io, paths.after, { base });
  const uses = objects && usesOf(objects, before, after);
  const diff = diffBtf(before, after, { uses });
  const outcomes = objects?.map(({ path, object }) => ({ path, changes: outcomeChanges(object, before, after) }));
  const colours = await coloursFor(io);
  return {
    *plain() {
      yield* btfDiffText(diff, colours);
      for (const each of outcomes ?? []) yield* outcomesText(each, colours);
    },
    json: () => ({ ...btfDiffJson(diff, paths), objects: outcomes?.map(outcomesJson) }),
    status: options.exitCode && !isEmpty(diff, outcomes) ? 1 : 0,
  };
};

interface OpenedFile {
  readonly path: string;
  readonly object: BpfObject;
}

/** The objects named; undefined where none were asked for. */
function takeObjects(context: Context, words: Words): OpenedFile[] | undefined {
  if (words.peek === 'used_by') words.take();
  else if (!context.options.usedBy) {
    words.end();
    return undefined;
  }
  if (words.count === 0) throw errFailed("'used_by' needs at least 1 object");
  return words.rest().map((path) => ({ path, object: openObjectFile(context, path) }));
}

function usesOf(objects: readonly OpenedFile[], before: Btf, after: Btf): UsesOfBoth {
  const uses = { before: new UsedTypes(before), after: new UsedTypes(after) };
  for (const { object } of objects) {
    markObject(uses.before, object);
    markObject(uses.after, object);
  }
  return uses;
}

function isEmpty(diff: BtfDiff, outcomes: readonly ObjectOutcomes[] | undefined): boolean {
  const hasChanges = Object.values(diff).some((list: readonly unknown[]) => list.length > 0);
  return !hasChanges && !outcomes?.some(({ changes }) => changes.length > 0);
}
