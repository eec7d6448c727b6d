import { createTerminal, type Terminal } from './render/terminal.ts';

/** A terminal that keeps what is written. */
export interface TestTerminal extends Terminal {
  readonly lines: { readonly out: string[]; readonly err: string[] };
}

const stream = (): NodeJS.WriteStream => ({ isTTY: false }) as NodeJS.WriteStream;

/** A terminal without a person or colours. */
export const testTerminal = (): TestTerminal => {
  const lines = { out: [] as string[], err: [] as string[] };
  return {
    ...createTerminal({}, stream(), stream()),
    out: (text) => void lines.out.push(text),
    err: (text) => void lines.err.push(text),
    lines,
  };
};
