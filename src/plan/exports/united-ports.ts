import type { ExportPort } from '../../exchange/statement/export.ts';

/** A port of the union, with the cluster that brought it. */
interface UnitedPort {
  readonly cluster: string;
  readonly port: ExportPort;
}

/** A port of an export that differs from the one that counts. */
export interface PortConflict {
  /** The cluster whose export counts. */
  readonly older: string;
  /** The difference, for people. */
  readonly what: string;
}

/** The ports of one export as they are used, and where they differ from those of older ones. */
export interface SettledPorts {
  /** For each port of the export the one as which it is used; undefined when it is not used. The target port is always its own. */
  readonly ports: readonly (ExportPort | undefined)[];
  readonly conflicts: readonly PortConflict[];
}

const pairOf = ({ port, protocol }: ExportPort): string => `${port}/${protocol}`;

const text = ({ name, port, protocol, appProtocol }: ExportPort): string =>
  `${name === undefined ? '' : `"${name}" `}${port}/${protocol}${appProtocol === undefined ? '' : ` (${appProtocol})`}`;

const isAlike = (a: ExportPort, b: ExportPort): boolean =>
  a.name === b.name && a.port === b.port && a.protocol === b.protocol && a.appProtocol === b.appProtocol;

/**
 * The union of the ports of the exports of one name, to which exports are added from the oldest to the youngest (KEP-1645, "Service Port"). No two of
 * its ports have one name, and no two have one number and protocol.
 *
 * ```
 * port of a younger export                        then
 * its name and protocol are in the union          it is that port: number and appProtocol are those of the older export
 * its number and protocol are in the union        it is that port: name and appProtocol are those of the older export
 * neither its name nor its number are             it is added
 * otherwise: another protocol under the name, or  it is not used
 *   no name where an older port has none
 * ```
 * Names come first, and of two ports that would be the same one, the other is not used.
 */
export class UnitedPorts {
  readonly #byName = new Map<string | undefined, UnitedPort>();
  readonly #byPair = new Map<string, UnitedPort>();

  /** Adds the ports of the next younger export. */
  add(cluster: string, stated: readonly ExportPort[]): SettledPorts {
    const taken = new Set<UnitedPort>();
    const found = new Map<ExportPort, UnitedPort>();
    const take = (port: ExportPort, united: UnitedPort | undefined): void => {
      if (united === undefined || united.port.protocol !== port.protocol || taken.has(united) || found.has(port)) return;
      taken.add(united);
      found.set(port, united);
    };
    for (const port of stated) if (port.name !== undefined) take(port, this.#byName.get(port.name));
    for (const port of stated) take(port, this.#byPair.get(pairOf(port)));
    const fresh = stated.filter((port) => !found.has(port) && this.#rivalOf(port) === undefined);
    const conflicts: PortConflict[] = [];
    const ports = stated.map((port): ExportPort | undefined => {
      if (fresh.includes(port)) return port;
      const united = found.get(port);
      if (united === undefined) {
        const rival = this.#rivalOf(port);
        if (rival !== undefined)
          conflicts.push({ older: rival.cluster, what: `port ${text(port)} and not ${text(rival.port)}, so the port is not used` });
        return undefined;
      }
      if (isAlike(port, united.port)) return port;
      conflicts.push({ older: united.cluster, what: `port ${text(port)} and not ${text(united.port)}` });
      return { ...united.port, targetPort: port.targetPort };
    });
    for (const port of fresh) {
      const united = { cluster, port };
      if (!this.#byName.has(port.name)) this.#byName.set(port.name, united);
      this.#byPair.set(pairOf(port), united);
    }
    return { ports, conflicts };
  }

  /** The port of the union whose name or number a port would repeat. */
  #rivalOf(port: ExportPort): UnitedPort | undefined {
    return this.#byName.get(port.name) ?? this.#byPair.get(pairOf(port));
  }
}
