import type { Unreadable } from '../../plan/status/unreadable.ts';

/** What one side of a context does not show. */
interface Side {
  readonly unreadable?: Unreadable;
}

const noteOf = ({ unreadable = [] }: Side): string[] =>
  unreadable.length === 0
    ? []
    : [`note: not shown, since you may not read it: ${unreadable.join(', ')}; docs/roles.md lists the roles that may.`];

/** One sentence for each side of a context, with what the user may not read. */
export const unreadableNotes = ({ hub, member }: { readonly hub?: Side | undefined; readonly member?: Side | undefined }): string[] => [
  ...noteOf(hub ?? {}),
  ...noteOf(member ?? {}),
];
