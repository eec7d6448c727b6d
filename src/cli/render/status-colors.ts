import type { Colors } from './terminal.ts';

/** Paints the name of a state: green when healthy, yellow while in progress, red otherwise. */
export const paintState =
  (color: Colors) =>
  (text: string): string => {
    const word = text.trim();
    if (['Up', 'Connected', 'Reached', 'Ready', 'True', 'yes'].includes(word)) return color.green(text);
    if (
      [
        'Pending',
        'Off',
        'PeerOff',
        'Suspect',
        'Degraded',
        'NotReported',
        'Waiting',
        'LinksPending',
        'AwaitingCluster',
        'WaitingForCluster',
      ].includes(word)
    )
      return color.yellow(text);
    return color.red(text);
  };
