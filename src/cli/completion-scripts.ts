/** The completion scripts of the shells. All words stand in the script: completing starts no program. */
import type { CompletionNode, CompletionOption } from './completion-tree.ts';

const PROGRAM = 'yardmaster';

/** For bash: a function that finds the command that is being typed, then offers its words, options or files. */
export function bashScript(nodes: readonly CompletionNode[]): string {
  const below = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}') path="$path $word" ;;`);
  const values = nodes.flatMap(({ path, options }) =>
    options.filter(({ takesValue }) => takesValue).map((option) => `${flagPatterns(path, option)}) ${valueReply(option)} ;;`),
  );
  const flags = nodes.map(({ path, options }) => `'${path}') words='${options.flatMap((option) => option.flags).join(' ')}' ;;`);
  const words = nodes.map(
    ({ path, commands, argumentWords }) => `'${path}') words='${[...commands, ...argumentWords].join(' ')}' ;;`,
  );
  return `# bash completion of ${PROGRAM}: source <(${PROGRAM} completion bash)
_${PROGRAM}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${below.join('\n      ')}
    esac
  done
  case "$path:$previous" in
    ${values.join('\n    ')}
  esac
  if [[ "$current" == -* ]]; then
    case "$path" in
      ${flags.join('\n      ')}
    esac
  else
    case "$path" in
      ${words.join('\n      ')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${PROGRAM} ${PROGRAM}
`;
}

/** For zsh: the function of bash, through zsh's own bridge. */
export function zshScript(nodes: readonly CompletionNode[]): string {
  return `#compdef ${PROGRAM}
autoload -U +X bashcompinit && bashcompinit
${bashScript(nodes).replace(/^# bash.*\n/, '')}`;
}

/** For fish: one line a command, option or word. */
export function fishScript(nodes: readonly CompletionNode[]): string {
  const lines = [
    `# fish completion of ${PROGRAM}`,
    `function __fish_${PROGRAM}_at --description 'true if these words, and no command below them, have been typed'`,
    `    set -l typed (commandline -opc)`,
    `    set -e typed[1]`,
    `    set -l words`,
    `    for word in $typed`,
    `        contains -- "$words $word" ${nodes.map(({ path }) => quoted(path)).join(' ')}; and set words "$words $word"`,
    `    end`,
    `    test "$words" = "$argv[1]"`,
    `end`,
  ];
  const summaries = new Map(nodes.map(({ path, summary }) => [path, summary]));
  for (const { path, commands, argumentWords, options } of nodes) {
    const when = `complete -c ${PROGRAM} -n "__fish_${PROGRAM}_at '${path}'"`;
    for (const name of commands)
      lines.push(`${when} -f -a ${name} -d ${quoted(summaries.get(`${path} ${name}`) ?? 'show help')}`);
    for (const word of argumentWords) lines.push(`${when} -f -a ${quoted(word)}`);
    for (const option of options) lines.push(`${when} ${fishOption(option)}`);
  }
  return `${lines.join('\n')}\n`;
}

function flagPatterns(path: string, { flags }: CompletionOption): string {
  return flags.map((flag) => `'${path}:${flag}'`).join('|');
}

/** Without words of its own the value is a file, or anything: the shell's default. */
function valueReply({ words }: CompletionOption): string {
  return words.length === 0 ? 'return' : `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current")); return`;
}

function fishOption({ flags, summary, takesValue, words }: CompletionOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  const value = !takesValue ? '' : words.length === 0 ? ' -r' : ` -x -a ${quoted(words.join(' '))}`;
  return `${names}${value} -d ${quoted(summary)}`;
}

/** In single quotes, as fish has them. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
