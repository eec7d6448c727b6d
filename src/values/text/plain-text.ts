import { stripVTControlCharacters } from 'node:util';

/**
 * Text of others, made safe to show to a person. What members state reaches an administrator's terminal, and a terminal executes control characters
 * (set the title, write to the clipboard, hide a line).
 */

/** One line of text for a terminal: escape sequences are removed, and every other control or formatting character becomes a space. */
export const plainText = (text: string): string => stripVTControlCharacters(text).replace(/[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/gu, ' ');

/** Colours and weights as we print them ourselves (SGR of ECMA-48); none of them hides text. */
const ownColour = new RegExp(`^${String.fromCharCode(27)}\\[(?:[0-247]|22|2[47]|3[0-79]|4[0-79]|9[0-7]|10[0-7])m`);

/** Lines of text for a terminal. Only printable text, tabs, line ends and the colours that we print ourselves pass. */
export const terminalText = (text: string): string => {
  if (!/[\p{Cc}\p{Bidi_C}]/u.test(text)) return text;
  let clean = '';
  for (let at = 0; at < text.length; ) {
    const colour = ownColour.exec(text.slice(at, at + 8))?.[0];
    if (colour !== undefined) {
      clean += colour;
      at += colour.length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    clean += character === '\n' || character === '\t' || !/[\p{Cc}\p{Bidi_C}]/u.test(character) ? character : ' ';
    at += character.length;
  }
  return clean;
};

/** JSON without any character that a terminal executes: characters that JSON allows unescaped are escaped, and the value stays the same. */
export const plainJson = (json: string): string =>
  json.replace(/[\x7f-\x9f\p{Bidi_C}\p{Zl}\p{Zp}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
