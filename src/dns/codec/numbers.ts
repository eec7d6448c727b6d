/** Record and question types with a mnemonic, by number (IANA DNS parameters). */
export const typeNumbers = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  SVCB: 64,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
} as const;

/** Response codes; those above 15 need EDNS (RFC 6891 §6.1.3). */
export const responseCodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

/** A response code by its mnemonic. */
export type ResponseCode = keyof typeof responseCodes;

/** The only class with data. */
export const classInternet = 1;

/** The operation code of an ordinary query. */
export const opcodeQuery = 0;

const byNumber: readonly string[] = Object.entries(typeNumbers).reduce<string[]>((names, [name, number]) => {
  names[number] = name;
  return names;
}, []);

const byName: ReadonlyMap<string, number> = new Map(Object.entries(typeNumbers));

/** The mnemonic of a type, `TYPE<number>` when it has none (RFC 3597 §5). */
export const typeName = (number: number): string => byNumber[number] ?? `TYPE${number}`;

/** The number of a type given by mnemonic or as `TYPE<number>`; undefined for anything else. */
export const typeNumber = (name: string): number | undefined => {
  const known = byName.get(name);
  if (known !== undefined) return known;
  const number = /^TYPE([0-9]{1,5})$/.exec(name)?.[1];
  return number !== undefined && Number(number) <= 0xffff ? Number(number) : undefined;
};
