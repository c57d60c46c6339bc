import {
  ERROR_INJECTION,
  ERROR_INJECTION_FAST,
  LSM_BOOLEAN,
  LSM_DISABLED,
  LSM_SLEEPABLE,
  LSM_SOCKOPT,
  LSM_UNTRUSTED,
  MODIFY_RETURN,
  NEVER_RETURN,
  NEVER_TRACED,
  STRUCT_OPS,
} from './attach-targets.table.ts';

const LSM = 'bpf_lsm_';
/** Every system call takes errors. */
const SYSTEM_CALL = /^__(x64|ia32|arm64|s390x?|riscv|se)_sys_/;
/** Hooks of security modules, as the kernel calls them. */
const SECURITY = 'security_';

/** What programs may do on a hook of the security modules. */
export interface LsmHook {
  /** It takes no programs. */
  readonly disabled: boolean;
  readonly sleepable: boolean;
  /** The arguments are whole. */
  readonly trusted: boolean;
  /** It returns a truth value; all others nothing, or 0 and negative errnos. */
  readonly boolean: boolean;
  /** Programs of control groups may change the options of the socket. */
  readonly sockopt: boolean;
}

/** The hook behind a function of the kernel; undefined where it is none. @param name `bpf_lsm_file_open` */
export function lsmHook(name: string): LsmHook | undefined {
  if (!name.startsWith(LSM)) return undefined;
  const hook = name.slice(LSM.length);
  return {
    disabled: LSM_DISABLED.includes(hook),
    sleepable: LSM_SLEEPABLE.includes(hook),
    trusted: !LSM_UNTRUSTED.includes(hook),
    boolean: LSM_BOOLEAN.includes(hook),
    sockopt: LSM_SOCKOPT.includes(hook),
  };
}

/** What tracing programs may do at a function of the kernel. */
export interface TracedFunction {
  readonly traced: boolean;
  readonly returns: boolean;
  readonly sleepable: boolean;
  /** A program may replace its result. */
  readonly modifiable: boolean;
}

/** @param name of the function */
export function tracedFunction(name: string): TracedFunction {
  const injectable = SYSTEM_CALL.test(name) || ERROR_INJECTION.includes(name);
  const modifiable = MODIFY_RETURN[name];
  return {
    traced: !NEVER_TRACED.includes(name),
    returns: !NEVER_RETURN.includes(name),
    sleepable: (injectable && !ERROR_INJECTION_FAST.includes(name)) || modifiable === 'sleeps',
    modifiable: injectable || modifiable !== undefined || name.startsWith(SECURITY),
  };
}

/** What a program may do as a member of a struct of operations. */
export interface OperationRule {
  readonly supported: boolean;
  readonly sleepable: boolean;
}

/** @param struct of the operations (`tcp_congestion_ops`) */
export function operationRule(struct: string, member: string): OperationRule {
  const { only, without, sleepable } = STRUCT_OPS[struct] ?? {};
  return {
    supported: (only?.includes(member) ?? true) && !without?.includes(member),
    sleepable: sleepable?.includes(member) ?? true,
  };
}
