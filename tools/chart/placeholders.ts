/** Marks a template expression that must stand unquoted, because its value is no text. */
const rawMark = /(['"]?)RAW<(.*?)>\1/g;

/** A place for text: quoted in the manifest, filled in by helm. */
export const text = (expression: string): string => `{{ ${expression} }}`;

/**
 * A place for a number, list or map. JSON is YAML, so it fits at any depth of indentation. It fits any type, since helm puts the value
 * there and the manifest functions pass it through unread.
 */
export const value = (path: string): never => `RAW<{{ ${path} | toJson }}>` as never;

/** The manifest with the quotes around unquoted places removed. */
export const unquote = (manifest: string): string => manifest.replace(rawMark, '$2');
