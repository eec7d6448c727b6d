/** Spreads copies over nodes where there are several, without insisting. */
export const spread = (labels: Readonly<Record<string, string>>) => [
  {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
  },
];
