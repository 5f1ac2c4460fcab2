import type { Result, Verdict } from './results.ts';

export const COLUMNS = ['What', 'Value', 'Reference', 'Ratio', 'Target', 'Met'] as const;

const WORDS: Readonly<Record<Verdict, string>> = {
  met: 'yes',
  missed: 'NO',
  inconclusive: 'inconclusive',
  notMeasured: 'NOT MEASURED',
};

const number = (value: number | null): string => (value === null ? '–' : value.toLocaleString('en'));

/** A result as the texts of its columns, for the table on the screen and the one in the document. */
export function cells({ name, value, unit, reference, ratio, target, verdict }: Result): string[] {
  return [
    name,
    value === null ? '–' : `${number(value)} ${unit}`,
    number(reference),
    number(ratio),
    target ?? '–',
    verdict ? WORDS[verdict] : '–',
  ];
}
