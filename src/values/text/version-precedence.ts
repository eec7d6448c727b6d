interface Version {
  readonly numbers: readonly number[];
  readonly preRelease: readonly string[];
}

const form = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]{1,100})?$/;

const readVersion = (text: string): Version | undefined => {
  const [, major, minor, patch, preRelease] = form.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { numbers: [major, minor, patch].map(Number), preRelease: preRelease?.split('.') ?? [] };
};

const compareIdentifiers = (a: string, b: string): number => {
  const [isNumberA, isNumberB] = [a, b].map((text) => /^\d+$/.test(text));
  if (isNumberA === true && isNumberB === true) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA === true ? -1 : 1;
  return a < b ? -1 : Number(a > b);
};

const comparePreReleases = (a: readonly string[], b: readonly string[]): number => {
  // A version without a prerelease part is the release itself.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    const order = other === undefined ? 1 : compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

/** Whether `one` follows `than` (Semantic Versioning 2.0.0 §11). False when either is not a version. */
export const isNewerVersion = (one: string, than: string): boolean => {
  const [a, b] = [readVersion(one), readVersion(than)];
  if (a === undefined || b === undefined) return false;
  const difference = a.numbers.map((number, index) => number - (b.numbers[index] ?? 0)).find((each) => each !== 0);
  return (difference ?? comparePreReleases(a.preRelease, b.preRelease)) > 0;
};
