import type { Handler } from './context.ts';
import type { Access } from './session.ts';

/** A command of an object; `load` brings its code in when it is called. */
export interface Verb {
  readonly name: string;
  /** Undefined: the verb is known, but there is nothing behind it yet. */
  readonly load?: () => Promise<Handler>;
  readonly access: Access;
}

/** A noun of the command line. Words may be cut short; the first row that fits is meant, none at all means the first. */
export interface Noun {
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** The noun is a command by itself. */
  readonly load?: () => Promise<Handler>;
}

const verb = (name: string, load?: () => Promise<Handler>): Verb => ({ name, load, access: 'read' });
/** A verb that changes the machine. */
const change = (name: string, load: () => Promise<Handler>): Verb => ({ name, load, access: 'write' });
/** Prints the usage of the noun that it stands at. */
export const HELP = verb('help');

const prog: readonly Verb[] = [
  verb('show', async () => (await import('./commands/prog-show.ts')).progShow),
  verb('list', async () => (await import('./commands/prog-show.ts')).progShow),
  HELP,
  verb('dump', async () => (await import('./commands/prog-dump.ts')).progDump),
  change('pin', async () => (await import('./commands/pin.ts')).progPin),
  change('load', async () => (await import('./commands/prog-load.ts')).progLoad),
  change('loadall', async () => (await import('./commands/prog-load.ts')).progLoadAll),
  change('attach', async () => (await import('./commands/prog-attach.ts')).progAttach),
  change('detach', async () => (await import('./commands/prog-attach.ts')).progDetach),
  verb('tracelog', async () => (await import('./commands/prog-tracelog.ts')).progTracelog),
  change('run', async () => (await import('./commands/prog-run.ts')).progRun),
  verb('profile'),
];

const map: readonly Verb[] = [
  verb('show', async () => (await import('./commands/map-show.ts')).mapShow),
  verb('list', async () => (await import('./commands/map-show.ts')).mapShow),
  HELP,
  verb('dump', async () => (await import('./commands/map-dump.ts')).mapDump),
  change('update', async () => (await import('./commands/map-element.ts')).mapUpdate),
  verb('lookup', async () => (await import('./commands/map-element.ts')).mapLookup),
  verb('getnext', async () => (await import('./commands/map-element.ts')).mapGetnext),
  change('delete', async () => (await import('./commands/map-element.ts')).mapDelete),
  change('pin', async () => (await import('./commands/pin.ts')).mapPin),
  verb('event_pipe', async () => (await import('./commands/map-event-pipe.ts')).mapEventPipe),
  change('create', async () => (await import('./commands/map-create.ts')).mapCreate),
  verb('peek', async () => (await import('./commands/map-element.ts')).mapLookup),
  change('push', async () => (await import('./commands/map-element.ts')).mapUpdate),
  change('enqueue', async () => (await import('./commands/map-element.ts')).mapUpdate),
  change('pop', async () => (await import('./commands/map-element.ts')).mapPop),
  change('dequeue', async () => (await import('./commands/map-element.ts')).mapPop),
  change('freeze', async () => (await import('./commands/map-create.ts')).mapFreeze),
];

const link: readonly Verb[] = [
  verb('show', async () => (await import('./commands/link-show.ts')).linkShow),
  verb('list', async () => (await import('./commands/link-show.ts')).linkShow),
  HELP,
  change('pin', async () => (await import('./commands/pin.ts')).linkPin),
  change('detach', async () => (await import('./commands/link-detach.ts')).linkDetach),
];

const btf: readonly Verb[] = [
  verb('show', async () => (await import('./commands/btf-show.ts')).btfShow),
  verb('list', async () => (await import('./commands/btf-show.ts')).btfShow),
  HELP,
  verb('dump', async () => (await import('./commands/btf-dump.ts')).btfDump),
  verb('diff', async () => (await import('./commands/btf-diff.ts')).btfDiff),
];

/** Everything that bpftool knows, in its order, and after it what is ours. */
export const NOUNS: readonly Noun[] = [
  { name: 'help', verbs: [HELP] },
  { name: 'batch', verbs: [], load: async () => (await import('./commands/batch.ts')).batch },
  { name: 'prog', verbs: prog },
  { name: 'map', verbs: map },
  { name: 'link', verbs: link },
  { name: 'cgroup', verbs: [verb('show'), verb('list'), verb('tree'), verb('attach'), verb('detach'), HELP] },
  { name: 'perf', verbs: [verb('show'), verb('list'), HELP] },
  { name: 'net', verbs: [verb('show'), verb('list'), verb('attach'), verb('detach'), HELP] },
  {
    name: 'feature',
    verbs: [
      verb('probe'),
      verb('list_builtins', async () => (await import('./commands/feature-list.ts')).featureListBuiltins),
      HELP,
    ],
  },
  { name: 'btf', verbs: btf },
  {
    name: 'gen',
    verbs: [
      verb('object', async () => (await import('./commands/gen-object.ts')).genObject),
      verb('skeleton', async () => (await import('./commands/gen-skeleton.ts')).genSkeleton),
      verb('subskeleton', async () => (await import('./commands/gen-subskeleton.ts')).genSubskeleton),
      verb('min_core_btf', async () => (await import('./commands/gen-min-core-btf.ts')).genMinCoreBtf),
      verb('vmlinux', async () => (await import('./commands/gen-vmlinux.ts')).genVmlinux),
      HELP,
    ],
  },
  {
    name: 'struct_ops',
    verbs: [verb('show'), verb('list'), verb('register'), verb('unregister'), verb('dump'), HELP],
  },
  { name: 'iter', verbs: [HELP, verb('pin')] },
  { name: 'token', verbs: [verb('show'), verb('list'), HELP] },
  { name: 'version', verbs: [], load: async () => (await import('./commands/version.ts')).version },
  {
    name: 'machine',
    verbs: [
      verb('path', async () => (await import('./commands/machine.ts')).machinePath),
      verb('list', async () => (await import('./commands/machine.ts')).machineList),
      verb('reset', async () => (await import('./commands/machine.ts')).machineReset),
      change('sysctl', async () => (await import('./commands/machine-sysctl.ts')).machineSysctl),
      HELP,
    ],
  },
  {
    name: 'object',
    verbs: [verb('show', async () => (await import('./commands/object-show.ts')).objectShow), HELP],
  },
  { name: 'verify', verbs: [], load: async () => (await import('./commands/verify.ts')).verify },
];
