import { flagsWithValue, type Place, type Values } from './grammar.ts';

const words = (values: readonly string[]): string => `'${values.join(' ')}'`;

const ofValues = (values: Values): string =>
  `words=${words(values.words)} files=${values.files ? 'yes' : ''}`;

function placeCase({ path, below, flags, values }: Place): string {
  const own = [
    `flags=${words(flags.map(({ name }) => name))}`,
    below.length > 0 ? `words=${words(below.map(({ name }) => name))}` : ofValues(values),
  ];
  return `    '${path}') ${own.join(' ')} ;;`;
}

const valueCases = ({ path, flags }: Place): string[] =>
  flags.flatMap((flag) => (flag.values ? [`    '${path}:${flag.name}') ${ofValues(flag.values)} ;;`] : []));

const groups = (places: readonly Place[]): string[] =>
  places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);

/** For bash 3.2 and later, with or without the package bash-completion. */
export function bashScript(places: readonly Place[]): string {
  return `# Completes the commands, options and values of "connector" in bash.
_connector() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local at='' word skip='' i flags='' words='' files=''
  # bash takes --reason=X apart into three words.
  if [ "$current" = '=' ]; then current=''
  elif [ "$before" = '=' ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [ -n "$skip" ]; then [ "$word" = '=' ] || skip=''; continue; fi
    case "$word" in
      ${flagsWithValue(places).join('|')}) skip=yes; continue ;;
      -*|=) continue ;;
    esac
    word="\${at:+$at }$word"
    case "$word" in
      ${groups(places).join('|')}) at="$word" ;;
    esac
  done
  case "$at:$before" in
${places.flatMap(valueCases).join('\n')}
    *) before='' ;;
  esac
  [ -n "$before" ] || case "$at" in
${places.map(placeCase).join('\n')}
  esac
  case "$current" in -*) words="$flags" files='' ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # Escapes what it inserts: a blank in the name of a file.
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  fi
}
complete -F _connector connector
`;
}
