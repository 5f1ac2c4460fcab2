import { flagsWithValue, type Place, type Values } from './grammar.ts';

/** A word of fish in single quotes. */
const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const LINE = 'complete -c connector';

/** `-f`: without files; `-r`: a value has to follow. */
const ofValues = ({ words, files }: Values): string =>
  `${files ? '-F' : '-f'}${words.length > 0 ? ` -a ${quote(words.join(' '))}` : ''}`;

function linesOf({ path, below, flags, values }: Place): string[] {
  const here = `-n ${quote(`__connector_at ${quote(path)}`)}`;
  return [
    ...below.map(({ name, about }) => `${LINE} ${here} -f -a ${quote(name)} -d ${quote(about)}`),
    ...(below.length === 0 ? [`${LINE} ${here} ${ofValues(values)}`] : []),
    ...flags.map(({ name, about, values: taken }) => {
      const value = taken ? ` -r ${ofValues(taken)}` : '';
      return `${LINE} ${here} -l ${name.slice(2)}${value} -d ${quote(about)}`;
    }),
  ];
}

export function fishScript(places: readonly Place[]): string {
  const groups = places.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `# Completes the commands, options and values of "connector" in fish.
function __connector_at
    set -l at ''
    set -l skip ''
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip ''
            continue
        end
        switch $word
            case ${flagsWithValue(places).join(' ')}
                set skip yes
                continue
            case '-*'
                continue
        end
        set -l longer (string trim "$at $word")
        if contains -- $longer ${groups.join(' ')}
            set at $longer
        end
    end
    test "$at" = "$argv[1]"
end
complete -c connector -f
${places.flatMap(linesOf).join('\n')}
`;
}
