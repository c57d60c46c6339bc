import { REASON_CODES } from '../../verifier/index.ts';
import type { FileVerdict } from './verdicts.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Programs that were not accepted, for tools that show findings in source. @see SARIF 2.1.0 (OASIS) */
export function sarif(verdicts: readonly FileVerdict[]): string {
  const found = verdicts.filter(({ verdict }) => verdict.verdict !== 'accepted');
  const codes = new Set(found.map(({ verdict }) => verdict.report?.code ?? 'OTHER'));
  const rules = REASON_CODES.filter(({ code }) => codes.has(code)).map(({ code, why, hint }) => ({
    id: code,
    shortDescription: { text: why },
    ...(hint === undefined ? {} : { help: { text: hint } }),
  }));
  const driver = { name: 'ebpfts', rules };
  const log = { $schema: SCHEMA, version: '2.1.0', runs: [{ tool: { driver }, results: found.map(resultOf) }] };
  return JSON.stringify(log, null, 2);
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
