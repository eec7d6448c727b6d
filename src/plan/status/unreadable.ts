/** What the person who asks may not read, such as `nodes` or `deployments in kubeslice-system`, sorted. */
export type Unreadable = readonly string[];

/** A resource that may not be read, as it is told of: of one namespace, or wherever it is. */
export const unreadableText = (plural: string, namespace?: string): string =>
  namespace === undefined ? plural : `${plural} in ${namespace}`;

/** Whether objects of a resource may be read; what may not is not missing, and nothing is known of it. */
export const mayRead = ({ unreadable = [] }: { readonly unreadable?: Unreadable }, plural: string): boolean =>
  !unreadable.some((each) => each === plural || each.startsWith(`${plural} in `));
