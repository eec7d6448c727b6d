// Says who answers and who asks: the pod and cluster it runs in, and the client's address as it arrives here, so that one sees
// whether a call came directly, by which address, and from where. `curl ADDRESS` gives text, `curl ADDRESS/json` gives JSON.
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const pod = process.env.POD_NAME ?? hostname();
const cluster = process.env.CLUSTER ?? 'unknown';
const port = Number(process.env.PORT ?? 80);

/** One line of the log. */
const log = (line) => process.stdout.write(`${line}\n`);

/** An IPv4 address that arrives at an IPv6 socket, written as people know it. */
const plain = (address) => (address ?? '').replace(/^::ffff:/, '');

const server = createServer((request, response) => {
  const { remoteAddress, remotePort, localAddress } = request.socket;
  const answer = { pod, cluster, client: plain(remoteAddress), server: plain(localAddress), host: request.headers.host };
  log(`${new Date().toISOString()} ${answer.client}:${remotePort} ${request.method} ${request.url}`);
  const json = request.url === '/json' || (request.headers.accept ?? '').includes('application/json');
  response.setHeader('Content-Type', json ? 'application/json' : 'text/plain; charset=utf-8');
  response.end(json ? `${JSON.stringify(answer)}\n` : `pod ${pod} in cluster ${cluster} answers ${answer.client}\n`);
});

server.listen(port, () => log(`pod ${pod} in cluster ${cluster} listens on port ${server.address().port}`));
for (const name of ['SIGTERM', 'SIGINT']) {
  process.on(name, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
