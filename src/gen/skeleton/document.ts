// Types, not interfaces: those could not be given to who takes any JSON.

/**
 * The JSON form of a skeleton: what a generator for another language needs, told without reference to any of ours.
 * `docs/skeleton-json.md` explains it, `docs/skeleton.schema.json` is its JSON Schema.
 *
 * `schema` counts up when something is renamed, removed or changes its meaning; new names may come at any time. Numbers
 * of 64 bits are decimal strings, since many readers of JSON round them.
 */
export type SkeletonDocument = {
  readonly schema: 1;
  /** A subskeleton describes a part of an object that somebody else opens: there are no bytes of it. */
  readonly kind: 'skeleton' | 'subskeleton';
  /** Of the skeleton, e.g. `xdp_drop_bpf`. */
  readonly name: string;
  /** The object's file without directories. */
  readonly file: string;
  readonly endian: 'little' | 'big';
  /** Bytes. */
  readonly pointer_size: number;
  readonly license: string;
  readonly programs: readonly ProgramDocument[];
  readonly maps: readonly MapDocument[];
  /** Global variables; each section is the content of the map `map`. */
  readonly sections: readonly SectionDocument[];
  /** Structs and unions that the program keeps for user space by pointers called `unused…`. */
  readonly records: readonly TypeNode[];
  /** What the object expects of the kernel. */
  readonly externs: readonly ExternDocument[];
  /** Structs, unions and enums that are referred to, by the id that they have in the object's BTF. */
  readonly types: Readonly<Record<string, TypeDocument>>;
  readonly elf: ElfDocument;
};

/** A program. */
export type ProgramDocument = {
  readonly name: string;
  /** Without a leading `?`. */
  readonly section: string;
  /** bpftool's name, e.g. `xdp`; null where the section does not tell. */
  readonly type: string | null;
  /** `BPF_PROG_TYPE_*` */
  readonly type_id: number;
  /** bpftool's name; null where the type has no need of it. */
  readonly attach_type: string | null;
  /** `BPF_*` of `enum bpf_attach_type`. */
  readonly attach_type_id: number;
  /** What follows the first `/` of the section's name. */
  readonly attach_target: string | null;
  readonly sleepable: boolean;
  /** Whether loading the object loads it. */
  readonly autoload: boolean;
};

/** A map. */
export type MapDocument = {
  readonly name: string;
  /** As a member of bpftool's C skeleton. */
  readonly ident: string;
  readonly origin: 'btf' | 'legacy' | 'data' | 'rodata' | 'bss' | 'kconfig' | 'struct_ops';
  /** bpftool's name, e.g. `hash`; null where there is none. */
  readonly type: string | null;
  /** `BPF_MAP_TYPE_*` */
  readonly type_id: number;
  /** Bytes. */
  readonly key_size: number;
  /** Bytes. */
  readonly value_size: number;
  readonly max_entries: number;
  /** `BPF_F_*` */
  readonly flags: number;
  /** 64 bits, decimal. */
  readonly map_extra: string;
  readonly pinning: 'none' | 'by_name';
  /** Null where BTF does not tell; of data sections, whose values are `sections`, too. */
  readonly key: TypeNode | null;
  readonly value: TypeNode | null;
  /** Of a ring buffer or perf event array: what its records are, as far as the object tells. */
  readonly record: TypeNode | null;
  /** Template of the maps inside a map of maps. */
  readonly inner: InnerMapDocument | null;
  readonly struct_ops: StructOpsDocument | null;
  /** Whether loading the object creates it. */
  readonly autocreate: boolean;
  /** Whether user space can map its content into memory. */
  readonly mappable: boolean;
};

/** What a map inside a map is like. */
export type InnerMapDocument = Pick<
  MapDocument,
  'type' | 'type_id' | 'key_size' | 'value_size' | 'max_entries' | 'flags' | 'key' | 'value'
>;

/** The struct of a struct_ops map. */
export type StructOpsDocument = {
  /** With its flavour, e.g. `tcp_congestion_ops___x`. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly members: readonly StructOpsMemberDocument[];
};

/** A member: a program may be put there, a number be written, the rest is the kernel's. */
export type StructOpsMemberDocument = {
  readonly name: string;
  readonly role: 'program' | 'scalar' | 'opaque';
  /** Bytes from the start. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  readonly type: TypeNode;
  /** The program that the object puts there. */
  readonly program: string | null;
};

/** A section of global variables. */
export type SectionDocument = {
  /** In the object, e.g. `.rodata.magic`. */
  readonly name: string;
  /** As a member of bpftool's C skeleton. */
  readonly ident: string;
  /** Name of the map that holds it. */
  readonly map: string;
  readonly kind: 'data' | 'rodata' | 'bss' | 'kconfig' | 'arena';
  /** Bytes. */
  readonly size: number;
  /** By offset; static ones are left out. */
  readonly variables: readonly VariableDocument[];
};

/** A global variable. */
export type VariableDocument = {
  readonly name: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  readonly type: TypeNode;
};

/** Something of the kernel that the object uses. */
export type ExternDocument = {
  readonly name: string;
  readonly kind: 'kconfig' | 'ksym_typeless' | 'ksym_var' | 'kfunc';
  readonly weak: boolean;
};

/** The object's file. */
export type ElfDocument = {
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Its bytes; not in a subskeleton. */
  readonly base64?: string;
};

/**
 * A type where it is used, modifiers left out. Structs, unions and enums are described once, in `types`. `typedef` is the
 * name that the program uses, where it uses one.
 */
export type TypeNode = { readonly typedef?: string } & (
  | { readonly kind: 'int'; readonly name: string; readonly size: number; readonly signed: boolean }
  | { readonly kind: 'bool' | 'float'; readonly name: string; readonly size: number }
  | { readonly kind: 'array'; readonly size: number; readonly count: number; readonly element: TypeNode }
  | { readonly kind: 'struct' | 'union' | 'enum'; readonly name: string; readonly size: number; readonly ref: string }
  | { readonly kind: 'pointer'; readonly size: number; readonly to: PointedNode }
  | { readonly kind: 'opaque'; readonly size: number }
);

/** What a pointer points to: named, not described, since most of it is the kernel's. */
export type PointedNode = {
  readonly kind: 'int' | 'bool' | 'float' | 'array' | 'struct' | 'union' | 'enum' | 'pointer' | 'function' | 'void';
  /** Empty for an anonymous type, and for arrays, pointers, functions and void. */
  readonly name: string;
};

/** A struct, union or enum. */
export type TypeDocument =
  | {
      readonly kind: 'struct' | 'union';
      /** Empty for an anonymous one. */
      readonly name: string;
      /** Bytes. */
      readonly size: number;
      readonly fields: readonly FieldDocument[];
    }
  | {
      readonly kind: 'enum';
      readonly name: string;
      /** Bytes. */
      readonly size: number;
      readonly signed: boolean;
      /** Values are decimal strings where the enum has more than 32 bits. */
      readonly values: readonly { readonly name: string; readonly value: number | string }[];
    };

/** A member of a struct or union. */
export type FieldDocument = {
  /** Empty for an anonymous struct or union, whose fields count as the outer one's, and for padding. */
  readonly name: string;
  /** Bytes from the start; of a bitfield, those of its first bit. */
  readonly offset: number;
  readonly type: TypeNode;
  /** A bitfield's place: bits from the start of the struct, in the byte order's own way of counting, and its width. */
  readonly bits?: { readonly offset: number; readonly size: number };
};
