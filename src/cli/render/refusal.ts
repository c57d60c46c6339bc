import type { RefusalReport, SourceLine, ValueRange, WrongValue } from '../../isa/index.ts';
import type { Json } from './json.ts';

/** Why a program was refused. @see docs/verifier-report.md */
export function refusalJson(report: RefusalReport): Json {
  const { code, why, hint, insn, insnText, source, frames, path, value } = report;
  return {
    code,
    why,
    hint,
    insn,
    insn_text: insnText,
    source: source && sourceJson(source),
    frames: frames.map(({ frame, registers, text }) => ({ frame, registers: { ...registers }, text })),
    path: path.map(({ from, to, source: at }) => ({ from, to, source: at && sourceJson(at) })),
    value: value && valueJson(value),
  };
}

function sourceJson({ file, line, column, text }: SourceLine): Json {
  return { file, line, column, text };
}

function valueJson({ register, text, had, access }: WrongValue): Json {
  return {
    register,
    text,
    had: {
      smin: String(had.signed.min),
      smax: String(had.signed.max),
      umin: String(had.unsigned.min),
      umax: String(had.unsigned.max),
    },
    access: access && {
      size: access.size,
      available: access.available,
      begins: rangeJson(access.begins),
      needed: access.needed && rangeJson(access.needed),
    },
  };
}

const rangeJson = ({ min, max }: ValueRange): Json => ({ min: String(min), max: String(max) });
