import type { Unreadable } from '../../../plan/status/unreadable.ts';

/** What one side of a context does not show. */
interface Side {
  readonly unreadable?: Unreadable;
}

const noteOf = ({ unreadable = [] }: Side): string[] =>
  unreadable.length === 0
    ? []
    : [`note: not shown, since you may not read it: ${unreadable.join(', ')}; docs/roles.md says which roles may.`];

/** One sentence for each side of a context that names what the person who asks may not read. */
export const unreadableNotes = ({ hub, member }: { readonly hub?: Side | undefined; readonly member?: Side | undefined }): string[] => [
  ...noteOf(hub ?? {}),
  ...noteOf(member ?? {}),
];
