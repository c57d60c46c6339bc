import { BPF_OBJ_NAME_LEN } from '../uapi/index.ts';

/** Longest name the kernel takes. */
const MAX_NAME = BPF_OBJ_NAME_LEN - 1;
/** Characters kept for a section's name even where it is shorter: `.rodata` has that many. */
const MIN_SUFFIX = 7;

/** The object's name from its file's: no directories, nothing from the first dot on, at most 15 characters. */
export function objectName(fileName: string): string {
  const base = fileName.slice(fileName.lastIndexOf('/') + 1);
  return base.slice(0, MAX_NAME).split('.', 1)[0];
}

/**
 * The name of the map made for a data section: as much of the object's name as fits and the section's, or the section's
 * alone where it has two dots (`.data.custom`).
 */
export function internalMapName(object: string, section: string): string {
  const suffix = Math.min(Math.max(MIN_SUFFIX, section.length), MAX_NAME);
  const prefix = section.indexOf('.', 1) >= 0 ? 0 : MAX_NAME - suffix;
  return (object.slice(0, prefix) + section.slice(0, suffix)).replace(/[^A-Za-z0-9_.]/g, '_');
}

/** What a map is called in the kernel, where its name is longer than that takes. */
export function kernelMapName(name: string): string {
  return name.slice(0, MAX_NAME);
}
