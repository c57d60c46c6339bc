import type { Memory } from '../../vm/index.ts';
import type { TaskInfo } from '../core/task.ts';
import type { KernelLayout } from '../layout/layout.ts';
import type { TaskWorld } from './task.ts';
import { Task } from './task.ts';

const IDLE: TaskInfo = { pid: 0, tgid: 0, comm: 'swapper/0', uid: 0, gid: 0 };
const INIT: TaskInfo = { pid: 1, tgid: 1, comm: 'init', uid: 0, gid: 0 };

/** The tasks of the emulated machine that are known, by pid: init, those of callers, and what the world adds. */
export class TaskTable {
  readonly #world: TaskWorld;
  readonly #tasks = new Map<number, Task>();

  constructor(world: { readonly memory: Memory; layout(): KernelLayout; now(): bigint }) {
    this.#world = { ...world, taskByPid: (pid) => this.get(pid) };
    this.#tasks.set(IDLE.pid, new Task(this.#world, IDLE, 0));
    this.#tasks.set(INIT.pid, new Task(this.#world, INIT, 0));
  }

  /** What runs when nobody does: interrupts come in on it. */
  get idle(): Task {
    return this.#tasks.get(IDLE.pid) as Task;
  }

  get(pid: number): Task | undefined {
    return this.#tasks.get(pid);
  }

  /** The task of that description; a new one where there is none of that pid or it is another one now. */
  of(info: TaskInfo): Task {
    const known = this.#tasks.get(info.pid);
    if (known && sameTask(known.info, info)) return known;
    known?.free();
    const task = new Task(this.#world, info);
    this.#tasks.set(info.pid, task);
    return task;
  }

  remove(pid: number): boolean {
    this.#tasks.get(pid)?.free();
    return this.#tasks.delete(pid);
  }

  /** All tasks but the idle one. */
  list(): readonly Task[] {
    return [...this.#tasks.values()]
      .filter(({ info }) => info.pid !== IDLE.pid)
      .sort((a, b) => a.info.pid - b.info.pid);
  }
}

function sameTask(a: TaskInfo, b: TaskInfo): boolean {
  return a.pid === b.pid && a.tgid === b.tgid && a.comm === b.comm && a.uid === b.uid && a.gid === b.gid;
}
