import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { request } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Question } from '../../plan/diagnosis/probe-report.ts';

/** How long an answer may take, in milliseconds. */
const patienceMs = 2_000;

/** The meaning of a socket error: refused, no route, or something else. */
const outcomeOf = (code: string | undefined): Answer['outcome'] => {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL') return 'unreachable';
  return code === 'ETIMEDOUT' ? 'silent' : 'failed';
};

const failed = (error: unknown): Omit<Answer, 'ms'> => {
  const { code, message } = error as NodeJS.ErrnoException;
  return { outcome: outcomeOf(code), detail: code ?? message };
};

/** The result of work with a callback, or `silent` after a while. */
const within = (work: (done: (answer: Omit<Answer, 'ms'>) => void) => () => void): Promise<Omit<Answer, 'ms'>> =>
  new Promise((resolve) => {
    const done = (answer: Omit<Answer, 'ms'>): void => {
      clearTimeout(timer);
      stop();
      resolve(answer);
    };
    const timer = setTimeout(() => done({ outcome: 'silent', detail: `nothing for ${patienceMs} ms` }), patienceMs);
    const stop = work(done);
  });

const askName = async ({ name, servers }: Extract<Question, { kind: 'name' }>): Promise<Omit<Answer, 'ms'>> => {
  const resolver = new dns.Resolver({ timeout: 1_000, tries: 2 });
  if (servers !== undefined && servers.length > 0) resolver.setServers(servers);
  try {
    return { outcome: 'answered', addresses: await resolver.resolve4(name.endsWith('.') ? name : `${name}.`) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Negative answers, and the absence of an answer.
    if (code === 'ENOTFOUND' || code === 'ENODATA') return { outcome: 'answered', addresses: [], detail: code };
    return code === 'ETIMEOUT' || code === 'ECONNREFUSED' ? { outcome: 'silent', detail: code } : failed(error);
  }
};

const askTcp = ({ address, port, echoBytes }: Extract<Question, { kind: 'tcp' }>): Promise<Omit<Answer, 'ms'>> =>
  within((done) => {
    const socket = connect({ host: address, port });
    let received = 0;
    socket.on('connect', () => {
      if (echoBytes === undefined) done({ outcome: 'answered' });
      else socket.write(Buffer.alloc(echoBytes, 'k'));
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received >= (echoBytes ?? 0)) done({ outcome: 'answered' });
    });
    socket.on('end', () => done({ outcome: 'failed', detail: `${received} of ${echoBytes ?? 0} bytes came back` }));
    socket.on('error', (error) => done(failed(error)));
    return () => socket.destroy();
  });

const askUdp = ({ address, port, bytes }: Extract<Question, { kind: 'udp' }>): Promise<Omit<Answer, 'ms'>> =>
  within((done) => {
    const socket = createSocket('udp4');
    const datagram = Buffer.alloc(bytes, 'k');
    const send = (): void => socket.send(datagram, port, address, (error) => error !== null && done(failed(error)));
    const again = setInterval(send, 400);
    socket.on('message', (message) =>
      done(message.equals(datagram) ? { outcome: 'answered' } : { outcome: 'failed', detail: 'other bytes' }),
    );
    socket.on('error', (error) => done(failed(error)));
    send();
    return () => {
      clearInterval(again);
      socket.close();
    };
  });

const askHttps = ({ url }: Extract<Question, { kind: 'https' }>): Promise<Omit<Answer, 'ms'>> =>
  within((done) => {
    const asked = request(url, { method: 'GET', rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      const date = Date.parse(response.headers.date ?? '');
      done({ outcome: 'answered', status: response.statusCode ?? 0, ...(Number.isNaN(date) ? {} : { date }) });
    });
    asked.on('error', (error) => done(failed(error)));
    asked.end();
    return () => asked.destroy();
  });

const answer = (question: Question): Promise<Omit<Answer, 'ms'>> => {
  switch (question.kind) {
    case 'name':
      return askName(question);
    case 'tcp':
      return askTcp(question);
    case 'udp':
      return askUdp(question);
    case 'https':
      return askHttps(question);
    default:
      return question satisfies never;
  }
};

/** Answers each question from the network namespace of this process, one after the other. It never fails. */
export const askAll = async (questions: readonly Question[]): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (const question of questions) {
    const start = performance.now();
    const found = await answer(question).catch(failed);
    answers.push({ ...found, ms: Math.round((performance.now() - start) * 100) / 100 });
    // The sockets of one question are closed before the next begins.
    await pause(0);
  }
  return answers;
};
