import { format } from 'prettier';

import type { NotRunReason } from './not-run.error.js';
import type { ModelOutcome } from './run-through-model.js';

export interface NotRun {
  readonly name: string;
  readonly reason: NotRunReason;
  readonly detail: string;
}

/** What was run in which form, and every test that was not run with its reason, as Markdown. */
export function writeReport(outcomes: readonly ModelOutcome[], notRun: readonly NotRun[]): Promise<string> {
  const passed = outcomes.filter(({ problem }) => problem === undefined);
  const report = [
    '# ONNX’s backend tests through `OnnxModel`',
    `Of ${outcomes.length + notRun.length} tests ${outcomes.length} are run, and ${passed.length} pass.`,
    table(['form', 'tests'], [...countBy(outcomes, ({ model }) => model.form)].sort()),
    '## Not run',
    table(['reason', 'tests'], [...countBy(notRun, ({ reason }) => reason)].sort()),
    table(
      ['test', 'reason', 'detail'],
      notRun.map(({ name, reason, detail }) => [name, reason, shorten(detail)]),
    ),
  ].join('\n\n');
  return format(report, { parser: 'markdown', printWidth: 110 });
}

function countBy<TItem>(items: readonly TItem[], keyOf: (item: TItem) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The runtime's messages run over lines and have columns of their own. */
function shorten(detail: string): string {
  const line = detail.replace(/\s+/g, ' ').replaceAll('|', '/').trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
