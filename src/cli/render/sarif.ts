import { REASON_CODES } from '../../verifier/index.ts';
import type { FileVerdict } from './verdicts.ts';
import type { KernelVerdicts } from './verdicts-by-kernel.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Programs that were not accepted, for tools that show findings in source: a run a kernel. @see SARIF 2.1.0 (OASIS) */
export function sarif(kernels: readonly KernelVerdicts[]): string {
  const runs = kernels.map(({ profile, verdicts }) => {
    const automationDetails = kernels.length > 1 ? { id: `linux-${profile.version}` } : undefined;
    return { ...runOf(verdicts), ...(automationDetails && { automationDetails }) };
  });
  return JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs }, null, 2);
}

function runOf(verdicts: readonly FileVerdict[]) {
  const found = verdicts.filter(({ verdict }) => verdict.verdict !== 'accepted');
  const codes = new Set(found.map(({ verdict }) => verdict.report?.code ?? 'OTHER'));
  const rules = REASON_CODES.filter(({ code }) => codes.has(code)).map(({ code, why, hint }) => ({
    id: code,
    shortDescription: { text: why },
    ...(hint === undefined ? {} : { help: { text: hint } }),
  }));
  const driver = { name: 'ebpfts', rules };
  return { tool: { driver }, results: found.map(resultOf) };
}

function resultOf({ path, verdict }: FileVerdict) {
  const { report, program, message } = verdict;
  const source = report?.source;
  const region =
    source && source.line > 0
      ? { startLine: source.line, ...(source.column > 0 ? { startColumn: source.column } : {}) }
      : undefined;
  const uri = source && source.file !== '' ? source.file : path;
  return {
    ruleId: report?.code ?? 'OTHER',
    level: verdict.verdict === 'refused' ? 'error' : 'warning',
    message: { text: `${program}: ${report ? `${report.why}: ` : ''}${message}` },
    locations: [{ physicalLocation: { artifactLocation: { uri }, ...(region ? { region } : {}) } }],
    properties: { program, insn: report?.insn, errno: verdict.errno },
  };
}
