/** Resources that the user may not read, such as `nodes` or `deployments in kubeslice-system`, sorted. */
export type Unreadable = readonly string[];

/** A resource without permission, as text: in one namespace, or in all. */
export const unreadableText = (plural: string, namespace?: string): string =>
  namespace === undefined ? plural : `${plural} in ${namespace}`;

/** Whether objects of a resource may be read; without permission they are unknown, not missing. */
export const mayRead = ({ unreadable = [] }: { readonly unreadable?: Unreadable }, plural: string): boolean =>
  !unreadable.some((each) => each === plural || each.startsWith(`${plural} in `));
