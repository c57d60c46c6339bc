import type { Memory, Region } from '../../vm/index.ts';
import { userAddress } from '../../vm/index.ts';
import type { TaskInfo } from '../core/task.ts';
import type { KernelLayout } from '../layout/layout.ts';
import { KernelStruct } from '../layout/struct.ts';

/** What is around a task: its memory, layouts, and the tasks that it points to. */
export interface TaskWorld {
  readonly memory: Memory;
  layout(): KernelLayout;
  /** The task that is the parent, or leads the group. */
  taskByPid(pid: number): Task | undefined;
  /** CLOCK_MONOTONIC nanoseconds. */
  now(): bigint;
}

/**
 * A task. Its `struct task_struct`, with credentials and memory descriptor, lies in the memory from when a program first
 * asks for it; bytes of user memory are put there by whoever lets the task do something.
 */
export class Task {
  readonly info: TaskInfo;
  readonly parentPid: number;
  readonly startTime: bigint;
  readonly #world: TaskWorld;
  readonly #regions: Region[] = [];
  #struct: KernelStruct | undefined;
  #registers: KernelStruct | undefined;

  constructor(world: TaskWorld, info: TaskInfo, parentPid = 1) {
    this.#world = world;
    this.info = info;
    this.parentPid = parentPid;
    this.startTime = world.now();
  }

  /** `struct task_struct`. */
  get struct(): KernelStruct {
    return this.#struct ?? this.#makeStruct();
  }

  /** `struct pt_regs` of the task in user mode; zero until somebody sets them. */
  get registers(): KernelStruct {
    this.#registers ??= this.#object('pt_regs');
    return this.#registers;
  }

  /** Puts bytes into the task's user memory. @returns their user address */
  putUser(bytes: Uint8Array, name = 'user memory'): bigint {
    const region = this.#world.memory.alloc(bytes.length, { kind: 'user', name: `${name} of ${this.info.comm}` });
    this.#world.memory.bytes().set(bytes, region.offset);
    this.#regions.push(region);
    return userAddress(region.offset);
  }

  /** The task ends: its memory is given back. */
  free(): void {
    for (const region of this.#regions.splice(0)) this.#world.memory.free(region);
    this.#struct = undefined;
    this.#registers = undefined;
  }

  #object(name: string): KernelStruct {
    const layout = this.#world.layout();
    const options = { kind: 'object', name: `${name} of ${this.info.comm}`, writable: false } as const;
    const region = this.#world.memory.alloc(layout.sizeOf(name) ?? 64, options);
    this.#regions.push(region);
    return new KernelStruct(this.#world.memory, layout, region.offset);
  }

  #makeStruct(): KernelStruct {
    const { pid, tgid, comm } = this.info;
    const task = this.#object('task_struct');
    this.#struct = task;
    task.set('task_struct.pid', pid);
    task.set('task_struct.tgid', tgid);
    task.bytes('task_struct.comm').set(new TextEncoder().encode(comm).subarray(0, 15));
    task.setIfThere('task_struct.start_time', this.startTime);
    task.setIfThere('task_struct.start_boottime', this.startTime);
    task.setIfThere('task_struct.flags', pid === 0 ? 0x200000 : 0);
    const parent = this.#world.taskByPid(this.parentPid) ?? this;
    const leader = pid === tgid ? this : (this.#world.taskByPid(tgid) ?? this);
    task.set64('task_struct.real_parent', parent.struct.address);
    task.set64('task_struct.parent', parent.struct.address);
    task.set64('task_struct.group_leader', leader.struct.address);
    const cred = this.#makeCred();
    task.set64('task_struct.cred', cred.address);
    task.set64('task_struct.real_cred', cred.address);
    if (pid !== 0) this.#makeMemory(task);
    return task;
  }

  #makeCred(): KernelStruct {
    const { uid, gid } = this.info;
    const cred = this.#object('cred');
    for (const kind of ['', 's', 'e', 'fs']) {
      cred.set(`cred.${kind}uid`, uid);
      cred.set(`cred.${kind}gid`, gid);
    }
    return cred;
  }

  #makeMemory(task: KernelStruct): void {
    const mm = this.#object('mm_struct');
    mm.setIfThere('mm_struct.owner', task.address);
    task.set64('task_struct.mm', mm.address);
    task.set64('task_struct.active_mm', mm.address);
    task.set64('task_struct.nsproxy', this.#object('nsproxy').address);
    task.set64('task_struct.signal', this.#object('signal_struct').address);
  }
}
