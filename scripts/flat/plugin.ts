// The step of the build that puts compiled code in the place of the module that runs the same functions as TypeScript.
import { join } from 'node:path';
import { compileFlat, type FlatOptions } from './compile.ts';

export interface FlatPluginOptions extends FlatOptions {
  /** What the replaced module exports: a function that takes sizes and a host. */
  readonly starts: string;
}

export function flatPlugin({ path, record, starts }: FlatPluginOptions) {
  return {
    name: 'flat',
    load(id: string) {
      if (id !== path) return undefined;
      const { code, arrays, variables } = compileFlat({ path, record });
      const image = { code: Buffer.from(code).toString('base64'), arrays, variables };
      return [
        `import { start } from ${JSON.stringify(join(import.meta.dirname, 'start.ts'))};`,
        `const image = ${JSON.stringify(image)};`,
        `export const ${starts} = (sizes, host) => start(image, sizes, host);`,
      ].join('\n');
    },
  };
}
