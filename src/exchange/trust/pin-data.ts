/** Maximum number of authorities that are listed for one cluster. */
export const maxOffers = 4;

/** Key in the ConfigMap of the pins with the authorities that are presented for a cluster and refused: PEM. Names of clusters have no dots. */
export const offersKey = (cluster: string): string => `${cluster}.offered`;

/** The pinned authorities in the data of the ConfigMap: PEM by cluster. */
export const pinsIn = (data: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(data).filter(([key]) => !key.includes('.')));

/** The authorities that are presented for a cluster and refused, PEM each, the latest last. A worker wrote them: nothing about them is verified. */
export const offersIn = (data: Readonly<Record<string, string>>, cluster: string): readonly string[] =>
  certificatesIn(data[offersKey(cluster)]);

/** Key in the ConfigMap of the pins with the authorities that were pinned for a cluster before: PEM. */
export const replacedKey = (cluster: string): string => `${cluster}.replaced`;

/** The authorities that were pinned for a cluster before, PEM each, the latest last. */
export const replacedIn = (data: Readonly<Record<string, string>>, cluster: string): readonly string[] =>
  certificatesIn(data[replacedKey(cluster)]);

const certificatesIn = (text = ''): readonly string[] => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
