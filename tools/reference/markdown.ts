const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A Markdown table; the rows are written as they come. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** A reference page. The first line tells whoever opens it where to change it. */
export const page = (source: string, title: string, ...blocks: readonly string[]): string =>
  `${[`<!-- Made from ${source} by \`npm run generate\`; change it there. -->`, `# ${title}`, ...blocks].join('\n\n')}\n`;
