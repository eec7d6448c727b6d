/** The value of a JSON text from an untrusted sender; undefined for a text that is not JSON. */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
