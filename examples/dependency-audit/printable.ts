/**
 * Makes a text from somebody else's file safe to print: a package's name or a script can hold escape
 * sequences, which would let it write over what the terminal shows.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD');
}
