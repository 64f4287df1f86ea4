// The number of vCPUs in a command line: Kata Containers writes it there, and it follows the guest.

/** A parameter that says how many vCPUs the kernel may use: Kata writes the number of the guest there. */
const CPU_COUNT = /(^|[ \t])((?:nr_cpus|maxcpus|possible_cpus)=)(\d+)(?=\s|$)/g;
/** The parameter before which Kata has its own (kata-containers, tests of SNP launches: `panic=1 nr_cpus=N`). */
const BEFORE_COUNT = /((?:^|[ \t])panic=-?\d+)(?=\s|$)/;

/** A command line with a number of vCPUs, and where that was added to the text; undefined where it has such a parameter. */
export interface CountedCmdline {
  readonly text: string;
  readonly added?: string;
}

/**
 * The text with a number of vCPUs: in its parameters, or where it has none in one at its end, before it, and where Kata
 * has it. Empty where its parameters say this very number.
 */
export function withCpuCount(text: string, count: number): CountedCmdline[] {
  const other = text.replaceAll(
    CPU_COUNT,
    (_all, before: string, name: string) => `${before}${name}${count}`,
  );
  if (other !== text) return [{ text: other }];
  if (text.search(CPU_COUNT) >= 0 || text === '') return [];
  const word = `nr_cpus=${count}`;
  const places: CountedCmdline[] = [
    { text: `${text} ${word}`, added: `"${word}" at its end` },
    { text: `${word} ${text}`, added: `"${word}" before it` },
    { text: text.replace(BEFORE_COUNT, `$1 ${word}`), added: `"${word}" after panic=, where Kata has it` },
  ];
  const texts = new Set([text]);
  return places.filter((place) => !texts.has(place.text) && texts.add(place.text));
}

/** The text without its number of vCPUs; undefined where it has none. */
export function withoutCpuCount(text: string): string | undefined {
  const other = text.replaceAll(/(^|[ \t])(?:nr_cpus|maxcpus|possible_cpus)=\d+(?=\s|$)/g, '').trimStart();
  return other === text ? undefined : other;
}
