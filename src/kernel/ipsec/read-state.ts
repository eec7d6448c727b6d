import type { LoadedConnection, SecurityAssociation } from './steps.ts';
import type { ViciSection, ViciValue } from './vici-message.ts';

const sectionOf = (value: ViciValue | undefined): ViciSection =>
  value === undefined || typeof value === 'string' || Array.isArray(value) ? {} : (value as ViciSection);
const listOf = (value: ViciValue | undefined): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : []);
const textOf = (value: ViciValue | undefined): string => (typeof value === 'string' ? value : '');
const numberOf = (value: ViciValue | undefined): number => Number(textOf(value)) || 0;

/** Reads the events of `list-conns`: one section for each connection, under its name. */
export const readConnections = (events: readonly ViciSection[]): LoadedConnection[] =>
  events.flatMap((event) =>
    Object.entries(event).map(([name, value]) => {
      const connection = sectionOf(value);
      const children = Object.values(sectionOf(connection.children)).map(sectionOf);
      return {
        name,
        remoteAddresses: listOf(connection.remote_addrs),
        remoteBlocks: children.flatMap((child) => listOf(child['remote-ts'])).toSorted(),
      };
    }),
  );

/** The name of an IKE_SA that a stranger began, until charon knows who it is. */
const nobodyYet = '(unnamed)';

/**
 * Reads the events of `list-sas`: one section for each IKE_SA, under the name of its connection. Those that have none yet are left out: their ends are
 * charon's business.
 *
 * @param now milliseconds since 1970
 */
export const readAssociations = (events: readonly ViciSection[], now: number): SecurityAssociation[] =>
  events.flatMap((event) =>
    Object.entries(event).flatMap(([connection, value]) => {
      if (connection === nobodyYet) return [];
      const ike = sectionOf(value);
      const children = Object.values(sectionOf(ike['child-sas'])).map(sectionOf);
      const up = children.filter(({ state }) => carrying.has(textOf(state)));
      const state = textOf(ike.state);
      const isEstablished = state === 'ESTABLISHED' || state === 'REKEYING' || state === 'REKEYED';
      const remoteId = textOf(ike['remote-id']);
      return [
        {
          id: textOf(ike.uniqueid),
          connection,
          isEstablished,
          remoteId: remoteId === '' || remoteId === '%any' ? undefined : asKeyIdentity(remoteId),
          isUp: isEstablished && up.length > 0,
          remoteBlocks: [...new Set(children.flatMap((child) => listOf(child['remote-ts'])))].toSorted(),
          established: isEstablished ? Math.floor(now / 1000) - numberOf(ike.established) : 0,
          receivedBytes: up.reduce((sum, child) => sum + numberOf(child['bytes-in']), 0),
          sentBytes: up.reduce((sum, child) => sum + numberOf(child['bytes-out']), 0),
        },
      ];
    }),
  );

/** States of a CHILD_SA in which it carries packets. */
const carrying = new Set(['INSTALLED', 'UPDATING', 'REKEYING', 'REKEYED']);

/** Charon prints a key identifier as pairs of digits with colons. Unless they are all printable characters: then as text. */
const asKeyIdentity = (printed: string): string =>
  /^([0-9a-f]{2}:)+[0-9a-f]{2}$/.test(printed) ? `@#${printed.replaceAll(':', '')}` : `@#${Buffer.from(printed, 'latin1').toString('hex')}`;
