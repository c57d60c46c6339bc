import { errno } from '../../uapi/index.ts';

/** Why a relocation cannot be made on this target: libbpf's errno and one line. Loading the object ends with it. */
export interface CoreFailure {
  /** Negative. */
  readonly errno: number;
  readonly text: string;
}

export function failure(name: keyof typeof errno, text: string): CoreFailure {
  return { errno: -errno[name], text };
}

export function isFailure(value: unknown): value is CoreFailure {
  return typeof value === 'object' && value !== null && 'errno' in value;
}
