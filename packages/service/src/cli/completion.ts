import { Argument, Command, type Option } from 'commander'

/* Completion of the command line in shells, made from the very commands and options that it has. */

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('print what makes a shell complete verbs, options and their values')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      '\nbash:  source <(sluice completion bash)\nzsh:   source <(sluice completion zsh)\nfish:  sluice completion fish | source',
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, program))
    })
}

/** A verb with all that can follow it. */
interface Place {
  /** `cluster list`; empty for the program itself. */
  path: string
  verbs: readonly { name: string; help: string }[]
  options: readonly Option[]
}

function placesOf(command: Command, path = ''): Place[] {
  const visible = command.createHelp()
  const verbs = visible.visibleCommands(command).map((one) => ({ name: one.name(), help: one.description() }))
  const options = visible.visibleOptions(command)
  const below = command.commands.flatMap((one) => placesOf(one, `${path} ${one.name()}`.trim()))
  return [{ path, verbs, options: [...options] }, ...below]
}

export function completionScript(shell: Shell, program: Command): string {
  const places = placesOf(program)
  switch (shell) {
    case 'bash':
      return bashScript(places)
    case 'zsh':
      return zshScript(places)
    case 'fish':
      return fishScript(places)
  }
}

/** `-o` and `--output`. */
function flagsOf({ short, long }: Option): string[] {
  return [short, long].filter((flag) => flag !== undefined)
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional
}

/** Where a word leads from a verb to a verb of its own: `' cluster'`, `'cluster list'`. */
function steps(places: readonly Place[], separator: string): string {
  return places.flatMap(({ path, verbs }) => verbs.map(({ name }) => `'${path} ${name}'`)).join(separator)
}

/** The words that may stand behind a flag, by the patterns `verb|flag`; of the others anything may. */
function valueCases(places: readonly Place[]): { pattern: string; choices: readonly string[] }[] {
  return places.flatMap(({ path, options }) =>
    options.filter(takesValue).map((option) => ({
      pattern: flagsOf(option)
        .map((flag) => `'${path}|${flag}'`)
        .join('|'),
      choices: option.argChoices ?? [],
    })),
  )
}

function wordsOf({ verbs, options }: Place): string[] {
  return [...verbs.map(({ name }) => name), ...options.flatMap(flagsOf)]
}

function bashScript(places: readonly Place[]): string {
  const values = valueCases(places).map(({ pattern, choices }) =>
    choices.length > 0
      ? `    ${pattern}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")); return ;;`
      : `    ${pattern}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`,
  )
  const words = places.map((place) => `    '${place.path}') words='${wordsOf(place).join(' ')}' ;;`)
  return `# bash completion of sluice
_sluice() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$verb $word" in
      ${steps(places, '|')}) verb="\${verb:+$verb }$word" ;;
    esac
  done
  case "$verb|$prev" in
${values.join('\n')}
  esac
  case "$verb" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _sluice sluice
`
}

function zshScript(places: readonly Place[]): string {
  const values = valueCases(places).map(({ pattern, choices }) =>
    choices.length > 0
      ? `    ${pattern}) compadd -- ${choices.join(' ')}; return ;;`
      : `    ${pattern}) _files; return ;;`,
  )
  const words = places.map(({ path, verbs, options }) => {
    const items = [
      ...verbs.map(({ name, help }) => described(name, help)),
      ...options.flatMap((option) => flagsOf(option).map((flag) => described(flag, option.description))),
    ]
    return `    '${path}') items=(${items.join(' ')}) ;;`
  })
  // Not \`path\`: in zsh that is PATH.
  return `#compdef sluice
_sluice() {
  local verb='' word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$verb $word" in
      ${steps(places, '|')}) verb="\${verb:+$verb }$word" ;;
    esac
  done
  case "$verb|\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$verb" in
${words.join('\n')}
  esac
  _describe sluice items || _files
}
compdef _sluice sluice
`
}

/** A colon would end the word. */
function described(word: string, help: string): string {
  return quoted(`${word}:${help.replaceAll(':', String.raw`\:`)}`)
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, verbs, options }) => {
    const at = `complete -c sluice -n "__sluice_at '${path}'"`
    return [
      ...verbs.map(({ name, help }) => `${at} -a ${name} -d ${quoted(help)}`),
      ...options.map((option) => `${at} ${fishOption(option)} -d ${quoted(option.description)}`),
    ]
  })
  return `# fish completion of sluice
function __sluice_at
    set -l verb ''
    for word in (commandline -opc)[2..]
        switch "$verb $word"
            case ${steps(places, ' ')}
                set verb (string trim "$verb $word")
        end
    end
    test "$verb" = "$argv[1]"
end
complete -c sluice -f
${lines.join('\n')}
`
}

function fishOption(option: Option): string {
  const names = [
    ...(option.short ? [`-s ${option.short.slice(1)}`] : []),
    ...(option.long ? [`-l ${option.long.slice(2)}`] : []),
  ]
  if (!takesValue(option)) return names.join(' ')
  return [...names, option.argChoices ? `-x -a '${option.argChoices.join(' ')}'` : '-r -F'].join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
