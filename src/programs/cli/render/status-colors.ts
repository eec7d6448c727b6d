import type { Colors } from './terminal.ts';

/** Paints the words that stand for a state: green when all is well, yellow while it may become so, red when it is not. */
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
