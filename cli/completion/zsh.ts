import { flagsWithValue, type Place, type Values } from './grammar.ts';

/** A word of zsh in single quotes. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** `name:about` for `_describe`, which takes a colon in the name for its own. */
const described = (name: string, about: string): string =>
  quote(`${name.replaceAll(':', '\\:')}:${about.replaceAll('\n', ' ')}`);

const ofValues = ({ words, files }: Values): string =>
  `choices=(${words.map(quote).join(' ')}) files=${files ? 'yes' : ''}`;

function placeCase({ path, below, flags, values }: Place): string {
  const own = `flags=(${flags.map(({ name, about }) => described(name, about)).join(' ')})`;
  const commands = `below=(${below.map(({ name, about }) => described(name, about)).join(' ')})`;
  return `    (${quote(path)}) ${own}; ${below.length > 0 ? commands : ofValues(values)} ;;`;
}

const valueCases = ({ path, flags }: Place): string[] =>
  flags.flatMap((flag) =>
    flag.values ? [`    (${quote(`${path}:${flag.name}`)}) ${ofValues(flag.values)} ;;`] : [],
  );

export function zshScript(places: readonly Place[]): string {
  const groups = places.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `#compdef connector
# Completes the commands, options and values of "connector" in zsh.
_connector() {
  local at='' word before="\${words[CURRENT-1]}" current="\${words[CURRENT]}" skip='' files=''
  local -a typed=("\${(@)words[2,CURRENT-1]}") flags below choices
  for word in "\${typed[@]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
      (${flagsWithValue(places).join('|')}) skip=yes; continue ;;
      (-*) continue ;;
    esac
    word="\${at:+$at }$word"
    case $word in
      (${groups.join('|')}) at=$word ;;
    esac
  done
  if [[ $current == --*=* ]]; then
    before="\${current%%=*}"
    compset -P '*='
  fi
  case "$at:$before" in
${places.flatMap(valueCases).join('\n')}
    (*) before='' ;;
  esac
  [[ -n $before ]] || case $at in
${places.map(placeCase).join('\n')}
  esac
  if [[ $current == -* && -z $before ]]; then
    _describe -o option flags
    return
  fi
  (( \${#below} )) && _describe command below
  (( \${#choices} )) && compadd -a choices
  [[ -n $files ]] && _files
}
if [[ \${funcstack[1]} == _connector ]]; then _connector "$@"; else compdef _connector connector; fi
`;
}
