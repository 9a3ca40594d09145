/** Whether this build is for V8's 256-bit revectorizer; scripts/build.mjs gives that one another text of this file. */
export const TURBO: bool = false;
