import { connect, type Socket } from 'node:net';
import { Failure } from '../../values/failure.ts';
import { decodeVici, encodeVici, type ViciSection, viciName } from './vici-message.ts';

/** Types of packets (README.vici §"Packet types"). */
const packet = {
  request: 0,
  response: 1,
  unknownCommand: 2,
  register: 3,
  unregister: 4,
  confirmed: 5,
  unknownEvent: 6,
  event: 7,
} as const;

/** The longest packet that charon sends or accepts, in bytes. */
const maxPacket = 512 * 1024;

/** A packet as received: type, the name if its type has one, and the message. */
interface Packet {
  readonly type: number;
  readonly name: string | undefined;
  readonly message: Buffer;
}

/** One connection to charon's control socket. Requests on it follow one another. */
export interface Vici {
  /** Sends a command and resolves with the answer. `CommandFailed` with charon's own message when it did not succeed. */
  request(command: string, message?: ViciSection): Promise<ViciSection>;
  /** Sends a command whose result arrives as events of this name, and resolves with them in their order. */
  stream(command: string, event: string, message?: ViciSection): Promise<readonly ViciSection[]>;
}

/**
 * Connects to charon at a UNIX socket, does the work, and closes the connection. `Unavailable` when nobody listens there or the connection ends,
 * `Timeout` after `timeoutMs` for the whole work, `Interrupted` when the signal aborts.
 */
export const withVici = async <T>(path: string, work: (vici: Vici) => Promise<T>, signal: AbortSignal, timeoutMs = 5_000): Promise<T> => {
  if (signal.aborted) throw new Failure('Interrupted', `The connection to charon at ${path} was cancelled.`);
  const socket = connect(path);
  const reader = new PacketReader(socket, path);
  const onAbort = (): void => reader.fail(new Failure('Interrupted', `The connection to charon at ${path} was cancelled.`));
  const timer = setTimeout(
    () =>
      reader.fail(new Failure('Timeout', `Charon does not answer at ${path} within ${timeoutMs / 1_000} s; the next step tries again.`)),
    timeoutMs,
  );
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work(requestsOn(socket, reader));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
};

const requestsOn = (socket: Socket, reader: PacketReader): Vici => {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
  const send = (type: number, name: string, message: ViciSection = {}): void => {
    const body = Buffer.concat([Buffer.of(type), viciName(name), encodeVici(message)]);
    if (body.length > maxPacket)
      throw new Failure('InvalidInput', `A message to charon has ${body.length} bytes; it accepts ${maxPacket}.`);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    socket.write(Buffer.concat([length, body]));
  };
  /** Reads until the answer; events before it are collected. */
  const answer = async (command: string, wanted: number, events: ViciSection[]): Promise<Buffer> => {
    for (;;) {
      const { type, message } = await reader.next();
      if (type === packet.event) events.push(decodeVici(message));
      else if (type === wanted) return message;
      else
        throw new Failure('CapabilityMissing', `Charon does not know the command ${command}; install strongSwan 5.9 or later.`, {
          retry: 'later',
        });
    }
  };
  return {
    request: (command, message) =>
      inTurn(async () => {
        send(packet.request, command, message);
        const section = decodeVici(await answer(command, packet.response, []));
        const { success, errmsg } = section;
        if (success === 'no')
          throw new Failure('CommandFailed', `Charon refuses ${command}: ${typeof errmsg === 'string' ? errmsg : 'it gives no reason'}`);
        return section;
      }),
    stream: (command, event, message) =>
      inTurn(async () => {
        const events: ViciSection[] = [];
        send(packet.register, event);
        await answer(event, packet.confirmed, []);
        send(packet.request, command, message);
        await answer(command, packet.response, events);
        send(packet.unregister, event);
        await answer(event, packet.confirmed, events);
        return events;
      }),
  };
};

/** Cuts what arrives into packets: a length in four bytes, and as many bytes (README.vici §"Transport protocol"). */
class PacketReader {
  readonly #path: string;
  #bytes = Buffer.alloc(0);
  #packets: Packet[] = [];
  #failure: Failure | undefined;
  #waiting: { resolve: (packet: Packet) => void; reject: (failure: Failure) => void } | undefined;

  constructor(socket: Socket, path: string) {
    this.#path = path;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (cause) =>
      this.fail(new Failure('Unavailable', `Charon cannot be reached at ${path}: ${cause.message}`, { cause })),
    );
    socket.on('close', () => this.fail(new Failure('Unavailable', `Charon closed the connection at ${path}; the next step tries again.`)));
  }

  /** The next packet. */
  next(): Promise<Packet> {
    const ready = this.#packets.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Ends the reading; the first reason counts. */
  fail(failure: Failure): void {
    this.#failure ??= failure;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 4) {
      const length = this.#bytes.readUInt32BE();
      if (length === 0 || length > maxPacket) {
        this.fail(new Failure('Unavailable', `What listens at ${this.#path} does not speak the protocol of charon.`));
        return;
      }
      if (this.#bytes.length < 4 + length) return;
      const body = this.#bytes.subarray(4, 4 + length);
      this.#bytes = this.#bytes.subarray(4 + length);
      this.#deliver(body);
    }
  }

  #deliver(body: Buffer): void {
    const type = body[0] ?? 0;
    const nameLength = type === packet.event ? (body[1] ?? 0) : undefined;
    const start = nameLength === undefined ? 1 : 2 + nameLength;
    const name = nameLength === undefined ? undefined : body.subarray(2, start).toString('utf8');
    const received = { type, name, message: body.subarray(start) };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#packets.push(received);
    else waiting.resolve(received);
  }
}
