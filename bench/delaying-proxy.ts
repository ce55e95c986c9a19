/**
 * Passes every request on after a pause, so that a registry on loopback answers as one far away does.
 * Usage: node bench/delaying-proxy.ts http://127.0.0.1:4873/ 40. Prints its own address.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

const [target = '', milliseconds = '40'] = process.argv.slice(2);
const { hostname, port, host } = new URL(target);
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, outgoing) => {
	setTimeout(() => {
		passOn(incoming, outgoing);
	}, Number(milliseconds));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
	const address = server.address();
	process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/\n`);
});

function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
	const { url: path, method, headers } = incoming;
	const passed = request({ hostname, port, path, method, agent, headers: { ...headers, host, connection: 'keep-alive' } }, (answer) => {
		outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(outgoing);
	});
	passed.on('error', (error) => outgoing.destroy(error));
	incoming.pipe(passed);
}
