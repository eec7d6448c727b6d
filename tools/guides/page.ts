import { parse } from 'yaml';
import { Failure } from '../../src/values/failure.ts';

/** What the clusters look like: `bare` without KubeSlice; `joined` with hub, east and west and no slice. */
export type ClusterState = 'bare' | 'joined';

/** The same after a page; `other` is what no page can begin with. */
export type StateLeft = ClusterState | 'other';

/** One fenced block of commands. */
export interface Block {
  /** Line of the page, from 1, at which the block's first command stands. */
  readonly line: number;
  readonly commands: readonly Command[];
  /** Why it is not executed. */
  readonly notRun?: string;
}

/** One command, or one script of an `sh` block. */
export interface Command {
  readonly text: string;
  /** What it prints, with `…` for what differs; absent where the page does not say. */
  readonly expected?: string;
  readonly exitCode: number;
}

/** A page as the runner sees it. */
export interface Page {
  readonly path: string;
  /** State in which the page begins; absent for a page whose commands are not executed. */
  readonly needs?: ClusterState;
  readonly leaves?: StateLeft;
  /** Cheap enough for every run of the end-to-end tests. */
  readonly cheap: boolean;
  /** It gives a cluster another identity, so it is executed after those that need the clusters as they were. */
  readonly late: boolean;
  /** Why none of its commands is executed. */
  readonly notRun?: string;
  readonly blocks: readonly Block[];
}

/** What a page says of itself before its text. */
interface FrontMatter {
  readonly needs?: ClusterState;
  readonly leaves?: StateLeft;
  readonly cheap?: boolean;
  readonly late?: boolean;
  readonly notRun?: string;
}

/**
 * Reads a page of the guides. Its front matter says in which state it `needs` and `leaves` the clusters, or why it is `notRun`. Blocks marked `sh` are
 * scripts; blocks marked `console` have commands after `$ `, continued after `> `, with what they print below. A comment before a block,
 * `<!-- not run: reason -->` or `<!-- exits: 2 -->`, says what is different about it.
 *
 * @throws Failure InvalidInput, with page and line, for a block that cannot be read.
 */
export function readPage(path: string, text: string): Page {
  const front = /^---\n([\s\S]*?)\n---(?:\n|$)/.exec(text);
  const { needs, leaves, cheap, late, notRun }: FrontMatter = front === null ? {} : (parse(front[1] ?? '') ?? {});
  return {
    path,
    ...(needs === undefined ? {} : { needs, leaves: leaves ?? needs }),
    cheap: cheap === true,
    late: late === true,
    ...(notRun === undefined ? {} : { notRun }),
    blocks: blocksOf(path, text),
  };
}

function blocksOf(path: string, text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let comments: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const comment = /^<!-- (.*) -->$/.exec(line)?.[1];
    if (comment !== undefined) comments.push(comment);
    const fence = /^(`{3,})(\w*)/.exec(line);
    if (fence === null) {
      if (comment === undefined && line.trim() !== '') comments = [];
      continue;
    }
    const end = lines.findIndex((each, at) => at > index && each === fence[1]);
    if (end === -1) throw new Failure('InvalidInput', `${path}:${index + 1}: the block that begins here does not end.`);
    const language = fence[2] ?? '';
    if (['sh', 'bash', 'console'].includes(language)) {
      const body = lines.slice(index + 1, end);
      const exitCode = Number(said(comments, 'exits') ?? 0);
      const notRun = said(comments, 'not run');
      const commands =
        language === 'console' ? consoleCommands(body, exitCode, `${path}:${index + 2}`) : [{ text: body.join('\n'), exitCode }];
      blocks.push({ line: index + 2, commands, ...(notRun === undefined ? {} : { notRun }) });
    }
    comments = [];
    index = end;
  }
  return blocks;
}

const said = (comments: readonly string[], word: string): string | undefined =>
  comments.find((comment) => comment.startsWith(`${word}: `))?.slice(word.length + 2);

function consoleCommands(lines: readonly string[], exitCode: number, where: string): Command[] {
  const found: { text: string[]; output: string[] }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.startsWith('$ ')) found.push({ text: [line.slice(2)], output: [] });
    else if (last === undefined) throw new Failure('InvalidInput', `${where}: a console block begins with a command after "$ ".`);
    else if (/^> ?/.test(line) && last.output.length === 0) last.text.push(line.replace(/^> ?/, ''));
    else last.output.push(line);
  }
  return found.map(({ text, output }, index) => ({
    text: text.join('\n'),
    // A comment about the exit code is about the block's last command.
    exitCode: index === found.length - 1 ? exitCode : 0,
    ...(output.length === 0 ? {} : { expected: output.join('\n') }),
  }));
}
