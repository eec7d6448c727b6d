/** Prefers to spread copies over nodes. */
export const spread = (labels: Readonly<Record<string, string>>) => [
  {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
  },
];
