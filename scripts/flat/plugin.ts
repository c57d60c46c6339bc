// The step of the build that puts compiled code in the place of a module that binds functions to their record.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFlat, type FlatOptions } from './compile.ts';

export interface FlatPluginOptions extends FlatOptions {
  /** What the module exports: a function that takes the record's arrays and a host. */
  readonly starts: string;
}

/** Leads to the module as it stands in the sources. */
const PLAIN = '?plain';

export function flatPlugin({ path, record, starts }: FlatPluginOptions) {
  return {
    name: `flat ${record}`,
    resolveId: (id: string) => (id === path + PLAIN ? id : undefined),
    load(id: string) {
      if (id === path + PLAIN) return { code: readFileSync(path, 'utf8'), moduleType: 'ts' as const };
      if (id !== path) return undefined;
      const { code, arrays, variables } = compileFlat({ path, record });
      const image = { code: Buffer.from(code).toString('base64'), arrays, variables };
      return [
        `import { isWorthIt, start } from ${JSON.stringify(join(import.meta.dirname, 'start.ts'))};`,
        `import { ${starts} as plain } from ${JSON.stringify(path + PLAIN)};`,
        `const image = ${JSON.stringify(image)};`,
        `export const ${starts} = (arrays, host) => (isWorthIt(arrays) ? start(image, arrays, host) : plain(arrays, host));`,
      ].join('\n');
    },
  };
}
