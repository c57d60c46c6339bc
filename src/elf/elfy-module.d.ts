/** What is used of elfy 1.0.0, which has no types of its own. */
declare module 'elfy' {
  /** `addralign` and `entsize` are misread in 64-bit files and `flags` loses bits, so they are not declared. */
  interface ElfySection {
    name: string;
    off: number;
    size: number;
    link: number;
    info: number;
    data: Uint8Array;
  }
  const elfy: { parse(file: Uint8Array): { body: { sections: ElfySection[] } } };
  export = elfy;
}
