/** A small text for the language models, put together by formula: no file, no download. */

const SUBJECTS = ["the tensor", "a module", "the loss", "one layer", "the graph", "a gradient", "the optimiser"];
const VERBS = ["keeps", "feeds", "shapes", "follows", "updates", "reads", "clears"];
const OBJECTS = ["its weights", "the batch", "every bias", "a small state", "the next step", "the tape"];
const ENDINGS = [".", ", then stops.", ", and so on.", "!"];

/** Sentence i is picked by the states of s <- 1664525 s + 1013904223 mod 2^32, s0 = 2018. */
export function sentences(count: number): string[] {
  let state = 2018;
  const pick = (table: readonly string[]): string => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return table[(state >>> 16) % table.length]!;
  };
  return Array.from({ length: count }, () => {
    const [subject, verb, object, ending] = [SUBJECTS, VERBS, OBJECTS, ENDINGS].map(pick);
    return `${subject} ${verb} ${object}${ending}`;
  });
}

export const TEXT: string = `${sentences(120).join("\n")}\n`;
export const CHARS: readonly string[] = [...new Set(TEXT)].sort();
const INDEX = new Map(CHARS.map((char, i) => [char, i]));

/** Places of the characters in {@link CHARS}. */
export function encode(text: string): number[] {
  return Array.from(text, (char) => INDEX.get(char)!);
}

export function decode(codes: readonly number[]): string {
  return codes.map((code) => CHARS[code]).join("");
}
